using System.ComponentModel;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>The query parameters that every report has.</summary>
internal sealed record PeriodQuery
{
    [FromQuery(Name = "from"), TimeValue, Description("Usage at this time or later: ISO 8601 with Z or an offset; 30 days before the end by default.")]
    public string? From { get; init; }

    [FromQuery(Name = "to"), TimeValue, Description(
        "Usage before this time; by default, the end of the current quarter-hour (of the next one in its last five minutes), so that nothing is missing.")]
    public string? To { get; init; }

    [FromQuery(Name = "granularity"), GranularityValue, Description("The interval of the series: hour, day (the default) or month. At most 1,000 intervals.")]
    public string? Granularity { get; init; }

    [FromQuery(Name = "tz"), TimeZoneValue, Description(
        "The time zone in which hours, days, and months begin, as an IANA name such as Europe/Paris; UTC by default.")]
    public string? TimeZone { get; init; }
}
