using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Usage within one interval.</summary>
/// <param name="Start">
/// The start of the hour, day, or month, in UTC. The first and last intervals count only what is within the requested period.
/// </param>
/// <param name="Group">
/// The endpoint, the provider, the id of the API key, or the class of the status (<c>2xx</c>), for administrators also the id of the user or the tier;
/// <c>other</c> for all but the largest groups; null for requests without one and for ungrouped series.
/// </param>
/// <param name="GroupName">The name of the API key, also of a revoked one, or the email of the user. It is omitted for other groups.</param>
/// <param name="Requests">The number of requests.</param>
/// <param name="TokensUsed">The number of tokens that the requests used.</param>
/// <param name="CostUsd">The cost of the requests in US dollars, exact to six decimals.</param>
/// <param name="Errors">The number of failed requests.</param>
/// <param name="Unpriced">The number of requests whose cost isn't a number (NaN), which <c>cost_usd</c> leaves out.</param>
internal sealed record UsagePoint(
    DateTimeOffset Start, string? Group, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? GroupName, long Requests,
    long TokensUsed, decimal CostUsd, long Errors, long Unpriced)
{
    /// <summary>A point without usage.</summary>
    public static UsagePoint Empty(DateTimeOffset start, string? group) => new(start, group, GroupName: null, 0, 0, 0, 0, 0);
}
