using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>One event of usage, a row of the ledger.</summary>
/// <param name="Id">The id of the event.</param>
/// <param name="ApiKeyId">The id of the API key; null for adjustments and for a key that no longer exists.</param>
/// <param name="Endpoint">What was requested; <c>adjustment</c> for an administrator's correction.</param>
/// <param name="TokensUsed">The number of tokens that the request used. It is negative in a correction that gives tokens back.</param>
/// <param name="CostUsd">The cost in US dollars, exact to six decimals; null if the cost isn't a number.</param>
/// <param name="Provider">The provider that did the work.</param>
/// <param name="ResponseTimeMs">How long the request took, in milliseconds.</param>
/// <param name="StatusCode">The HTTP status of the response.</param>
/// <param name="ErrorMessage">What went wrong.</param>
/// <param name="CreatedAt">When the request was made; null if another program stored none.</param>
internal sealed record UsageEventResponse(
    Guid Id,
    Guid? ApiKeyId,
    string Endpoint,
    int? TokensUsed,
    decimal? CostUsd,
    string? Provider,
    int? ResponseTimeMs,
    int? StatusCode,
    string? ErrorMessage,
    DateTimeOffset? CreatedAt)
    : IExample<UsageEventResponse>
{
    public static UsageEventResponse Example => new(
        ExampleValues.Id, new("0199f0f0-5b1e-7c3a-9d64-2f1f3f1c8a02"), "/v1/memories/search", 412, 0.000824m, "openai", 187, 200, null, ExampleValues.Time);
}
