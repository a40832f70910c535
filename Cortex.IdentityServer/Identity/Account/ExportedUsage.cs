namespace Cortex.IdentityServer.Identity.Account;

/// <summary>A request made with an API key.</summary>
/// <param name="Endpoint">The endpoint that was called.</param>
/// <param name="ApiKeyId">The id of the API key; null if the key no longer exists.</param>
/// <param name="TokensUsed">The number of tokens that the request used.</param>
/// <param name="CostUsd">The cost in US dollars.</param>
/// <param name="Provider">The provider that handled the request.</param>
/// <param name="ResponseTimeMs">The response time in milliseconds.</param>
/// <param name="StatusCode">The HTTP status code of the response.</param>
/// <param name="ErrorMessage">The error message, if the request failed.</param>
/// <param name="CreatedAt">When the request was made.</param>
internal sealed record ExportedUsage(
    string Endpoint,
    Guid? ApiKeyId,
    int? TokensUsed,
    decimal? CostUsd,
    string? Provider,
    int? ResponseTimeMs,
    int? StatusCode,
    string? ErrorMessage,
    DateTimeOffset? CreatedAt);
