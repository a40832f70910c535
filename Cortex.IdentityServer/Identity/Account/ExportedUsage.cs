namespace Cortex.IdentityServer.Identity.Account;

/// <summary>A request that was made with an API key.</summary>
/// <param name="Endpoint">What was asked for.</param>
/// <param name="ApiKeyId">The API key; null if it no longer exists.</param>
/// <param name="TokensUsed">How much it used.</param>
/// <param name="CostUsd">What it cost, in US dollars.</param>
/// <param name="Provider">The provider that did the work.</param>
/// <param name="ResponseTimeMs">How long it took, in milliseconds.</param>
/// <param name="StatusCode">How it ended.</param>
/// <param name="ErrorMessage">What went wrong.</param>
/// <param name="CreatedAt">When it was.</param>
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
