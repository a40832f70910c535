using System.ComponentModel;
using Cortex.IdentityServer.Http;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Usage;

/// <summary>Which usage is asked for.</summary>
internal sealed record UsageQuery
{
    [FromQuery(Name = "from"), TimeValue, Description("Usage at this time or later: ISO 8601 with Z or an offset; 30 days before the end by default.")]
    public string? From { get; init; }

    [FromQuery(Name = "to"), TimeValue, Description("Usage before this time; now by default.")]
    public string? To { get; init; }

    [FromQuery(Name = "granularity"), GranularityValue, Description(
        "The interval of the series: hour, day (the default) or month, in UTC. At most 1,000 intervals.")]
    public string? Granularity { get; init; }

    [FromQuery(Name = "group_by"), UsageGroupValue, Description("One series per endpoint, provider or api_key; a single series by default.")]
    public string? GroupBy { get; init; }

    public UsagePeriod ReadPeriod(QueryReader reader, DateTimeOffset now) => UsagePeriod.Read(reader, From, To, Granularity, now);

    public string? ReadGroup(QueryReader reader) => reader.Word("group_by", GroupBy, UsageReport.Groups);
}

/// <summary>A piece of time.</summary>
internal sealed class GranularityValueAttribute() : WordValueAttribute(UsagePeriod.Granularities);

/// <summary>What usage is grouped by.</summary>
internal sealed class UsageGroupValueAttribute() : WordValueAttribute([.. UsageReport.Groups]);

/// <summary>What a user used in a time.</summary>
/// <param name="From">The start of the period, inclusive.</param>
/// <param name="To">The end of the period, exclusive.</param>
/// <param name="Granularity"><c>hour</c>, <c>day</c> or <c>month</c>.</param>
/// <param name="GroupBy"><c>endpoint</c>, <c>provider</c> or <c>api_key</c>; null for one series.</param>
/// <param name="Totals">All of it together.</param>
/// <param name="Series">By time, oldest first, with no gaps; at each time by group, the one with most requests first.</param>
internal sealed record UsageReportResponse(
    DateTimeOffset From, DateTimeOffset To, string Granularity, string? GroupBy, UsageTotals Totals, IReadOnlyList<UsagePoint> Series);

/// <summary>Usage added up.</summary>
/// <param name="Requests">How many requests there were.</param>
/// <param name="TokensUsed">Tokens that they used.</param>
/// <param name="CostUsd">What they cost, in US dollars.</param>
/// <param name="Errors">How many of them failed: with a status of 400 or more or, where there is no status, with an error message.</param>
/// <param name="Unpriced">How many of them have a cost that is no number (NaN), which <c>cost_usd</c> leaves out.</param>
internal sealed record UsageTotals(long Requests, long TokensUsed, decimal CostUsd, long Errors, long Unpriced);

/// <summary>Usage within a piece of time.</summary>
/// <param name="Start">When the hour, day or month begins, in UTC. The first and the last only count what is within the requested period.</param>
/// <param name="Group">
/// The endpoint, the provider or the id of the API key; <c>other</c> for all beyond the largest; null for requests without one, and if nothing is grouped.
/// </param>
/// <param name="Requests">How many requests there were.</param>
/// <param name="TokensUsed">Tokens that they used.</param>
/// <param name="CostUsd">What they cost, in US dollars.</param>
/// <param name="Errors">How many of them failed.</param>
/// <param name="Unpriced">How many of them have a cost that is no number (NaN), which <c>cost_usd</c> leaves out.</param>
internal sealed record UsagePoint(DateTimeOffset Start, string? Group, long Requests, long TokensUsed, decimal CostUsd, long Errors, long Unpriced);
