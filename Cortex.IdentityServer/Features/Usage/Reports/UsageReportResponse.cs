using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>The usage in a period.</summary>
/// <param name="From">
/// The start of the period, inclusive. It is the requested one, except that a time before the rows of <c>usage_logs</c> that are still kept is rounded down
/// to a quarter-hour.
/// </param>
/// <param name="To">The end of the period, exclusive, rounded up in the same case.</param>
/// <param name="Granularity">The interval of the series: <c>hour</c>, <c>day</c> or <c>month</c>.</param>
/// <param name="GroupBy">The grouping of the series; null for a single series.</param>
/// <param name="Tz">The time zone in which the intervals begin.</param>
/// <param name="Totals">The totals of the period.</param>
/// <param name="Series">The points by time, oldest first and without gaps; at each time by group, the group with the most requests first.</param>
internal sealed record UsageReportResponse(
    DateTimeOffset From, DateTimeOffset To, string Granularity, string? GroupBy, string Tz, UsageTotals Totals, IReadOnlyList<UsagePoint> Series)
    : IExample<UsageReportResponse>
{
    public static UsageReportResponse Example => new(
        ExampleValues.Time.AddDays(-1),
        ExampleValues.Time,
        "day",
        "api_key",
        "UTC",
        new(230, 48_211, 1.204417m, 3, 0),
        [
            new(ExampleValues.Time.AddHours(-36), $"{ExampleValues.Id}", "chatbot", 210, 40_310, 1.1m, 3, 0),
            new(ExampleValues.Time.AddHours(-12), $"{ExampleValues.Id}", "chatbot", 20, 7_901, 0.104417m, 0, 0),
        ]);
}
