using System.ComponentModel;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Usage;

/// <summary>The query of a usage report.</summary>
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

    public string? ReadGroup(QueryReader reader) => reader.ReadWord("group_by", GroupBy, UsageReport.Groups);
}
