using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage;

/// <summary>A user's usage in a period.</summary>
/// <param name="From">The start of the period, inclusive.</param>
/// <param name="To">The end of the period, exclusive.</param>
/// <param name="Granularity">The interval of the series: <c>hour</c>, <c>day</c> or <c>month</c>.</param>
/// <param name="GroupBy">The grouping of the series: <c>endpoint</c>, <c>provider</c> or <c>api_key</c>; null for a single series.</param>
/// <param name="Totals">The totals of the period.</param>
/// <param name="Series">The points by time, oldest first and without gaps; at each time by group, the group with the most requests first.</param>
internal sealed record UsageReportResponse(
    DateTimeOffset From, DateTimeOffset To, string Granularity, string? GroupBy, UsageTotals Totals, IReadOnlyList<UsagePoint> Series)
    : IExample<UsageReportResponse>
{
    public static UsageReportResponse Example => new(
        ExampleValues.Time.AddDays(-1),
        ExampleValues.Time,
        "day",
        "provider",
        new(230, 48_211, 1.204417m, 3, 0),
        [
            new(ExampleValues.Time.AddHours(-36), "openai", 210, 40_310, 1.1m, 3, 0),
            new(ExampleValues.Time.AddHours(-12), "openai", 20, 7_901, 0.104417m, 0, 0),
        ]);
}
