namespace Cortex.IdentityServer.Features.Usage;

/// <summary>What a user used in a time.</summary>
/// <param name="From">The start of the period, inclusive.</param>
/// <param name="To">The end of the period, exclusive.</param>
/// <param name="Granularity"><c>hour</c>, <c>day</c> or <c>month</c>.</param>
/// <param name="GroupBy"><c>endpoint</c>, <c>provider</c> or <c>api_key</c>; null for one series.</param>
/// <param name="Totals">All of it together.</param>
/// <param name="Series">By time, oldest first, with no gaps; at each time by group, the one with most requests first.</param>
internal sealed record UsageReportResponse(
    DateTimeOffset From, DateTimeOffset To, string Granularity, string? GroupBy, UsageTotals Totals, IReadOnlyList<UsagePoint> Series);
