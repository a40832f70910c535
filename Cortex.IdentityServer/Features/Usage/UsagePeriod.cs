using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage;

/// <summary>A period of time that is divided into intervals of UTC: hours, days, or months.</summary>
/// <param name="From">The start of the period, inclusive.</param>
/// <param name="To">The end of the period, exclusive.</param>
/// <param name="Granularity">One of <see cref="Granularities"/>, which are also PostgreSQL's names.</param>
internal sealed record UsagePeriod(DateTimeOffset From, DateTimeOffset To, string Granularity)
{
    public const int MaxIntervals = 1_000;

    public static readonly string[] Granularities = ["hour", "day", "month"];

    private static readonly TimeSpan DefaultLength = TimeSpan.FromDays(30);

    /// <summary>The start of each interval; the first may be before <see cref="From"/>.</summary>
    public IReadOnlyList<DateTimeOffset> Starts => [.. Enumerable.Range(0, (int)Count).Select(StartOf)];

    /// <summary>The number of intervals.</summary>
    public long Count => From == To ? 0 : IntervalNumber(To.AddTicks(-1)) - IntervalNumber(From) + 1;

    /// <summary>Reads a period from a query; by default, the last 30 days.</summary>
    public static UsagePeriod Read(QueryReader reader, string? from, string? to, string? granularity, DateTimeOffset now)
    {
        var end = reader.ReadTime("to", to) ?? now;
        var start = reader.ReadTime("from", from) ?? (end - DateTimeOffset.MinValue > DefaultLength ? end - DefaultLength : DateTimeOffset.MinValue);
        var period = new UsagePeriod(start, end, reader.ReadWord("granularity", granularity, Granularities) ?? "day");
        if (period.From > period.To)
        {
            reader.AddError("from", "must not be after to, which is now by default");
        }
        else if (period.Count > MaxIntervals)
        {
            reader.AddError("granularity", $"makes a series of {period.Count} intervals, but the maximum is {MaxIntervals}; {period.Suggestion}");
        }

        return period;
    }

    private string Suggestion =>
        Granularities.FirstOrDefault(other => (this with { Granularity = other }).Count <= MaxIntervals) is { } coarser
            ? $"use {coarser}"
            : "request a shorter period";

    /// <summary>The number of the interval that contains a time, counted from year 1.</summary>
    private long IntervalNumber(DateTimeOffset time) => Granularity switch
    {
        "hour" => time.UtcTicks / TimeSpan.TicksPerHour,
        "day" => time.UtcTicks / TimeSpan.TicksPerDay,
        _ => (time.UtcDateTime.Year * 12L) + time.UtcDateTime.Month - 13,
    };

    private DateTimeOffset StartOf(int interval)
    {
        var number = IntervalNumber(From) + interval;
        return Granularity switch
        {
            "hour" => DateTimeOffset.MinValue.AddTicks(number * TimeSpan.TicksPerHour),
            "day" => DateTimeOffset.MinValue.AddTicks(number * TimeSpan.TicksPerDay),
            _ => DateTimeOffset.MinValue.AddMonths((int)number),
        };
    }
}
