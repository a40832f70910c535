using System.Globalization;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>A period of time that is divided into local hours, days, or months.</summary>
/// <param name="From">The start of the period, inclusive.</param>
/// <param name="To">The end of the period, exclusive.</param>
/// <param name="Granularity">One of <see cref="Granularities"/>.</param>
/// <param name="Zone">The time zone of the intervals.</param>
internal sealed record ReportPeriod(DateTimeOffset From, DateTimeOffset To, string Granularity, TimeZoneInfo Zone)
{
    public const int MaxIntervals = 1_000;
    public const string Hour = "hour";
    public const string Day = "day";
    public const string Month = "month";

    public static readonly string[] Granularities = [Hour, Day, Month];

    private static readonly TimeSpan DefaultLength = TimeSpan.FromDays(30);

    /// <summary>The clocks of the services that report usage may be ahead by this much.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private LocalCalendar Calendar => new(Zone);


    /// <summary>The end of the period that includes everything that has been reported so far.</summary>
    public static DateTimeOffset DefaultEnd(DateTimeOffset now) => Quarters.Floor(now + ClockTolerance).AddTicks(Quarters.Ticks);

    /// <summary>
    /// Finds the start of each interval; the first may be before <see cref="From"/>. There are at most <see cref="MaxIntervals"/> of a valid period.
    /// </summary>
    public IReadOnlyList<DateTimeOffset> FindStarts() => [.. Calendar.StartsOf(From, To, Granularity).Take(MaxIntervals + 1)];

    /// <summary>Reads a period; by default, the last 30 days.</summary>
    /// <param name="reader">Collects the errors.</param>
    /// <param name="query">The parameters.</param>
    /// <param name="now">The current time.</param>
    /// <param name="rowsSince">
    /// The time from which the ledger still has its rows. Before it, only sums by quarter-hours are left, so the period is extended to whole ones.
    /// </param>
    public static ReportPeriod Read(QueryReader reader, PeriodQuery query, DateTimeOffset now, DateTimeOffset rowsSince)
    {
        var end = reader.ReadTime("to", query.To) ?? DefaultEnd(now);
        var start = reader.ReadTime("from", query.From) ?? (end - DateTimeOffset.MinValue > DefaultLength ? end - DefaultLength : DateTimeOffset.MinValue);
        var period = new ReportPeriod(start, end, reader.ReadWord("granularity", query.Granularity, Granularities) ?? Day, ReadZone(reader, query.TimeZone));
        if (start > end)
        {
            reader.AddError("from", "must not be after to, which is about now by default");
            return period;
        }

        if (start < end)
        {
            period = period with
            {
                From = Quarters.Floor(start) < rowsSince ? Quarters.Floor(start) : start,
                To = Quarters.Floor(end) < rowsSince ? Quarters.Ceiling(end) : end,
            };
        }

        if (!period.IsShort)
        {
            reader.AddError("granularity", $"makes a series of {period.Count} intervals, but the maximum is {MaxIntervals}; {period.Suggestion}");
        }

        return period;
    }

    private string Suggestion =>
        Granularities.FirstOrDefault(other => (this with { Granularity = other }).IsShort) is { } coarser ? $"use {coarser}" : "request a shorter period";

    /// <summary>The number of intervals, for messages: it ignores that clocks change.</summary>
    private string Count => Math.Max(CalendarCount, MaxIntervals + 1).ToString(CultureInfo.InvariantCulture);

    private long CalendarCount => From == To ? 0 : Calendar.NumberOf(To.AddTicks(-1), Granularity) - Calendar.NumberOf(From, Granularity) + 1;

    /// <summary>Whether the number of intervals is allowed. They are counted one by one only if they are few.</summary>
    private bool IsShort => CalendarCount <= 2 * MaxIntervals && FindStarts().Count <= MaxIntervals;

    private static TimeZoneInfo ReadZone(QueryReader reader, string? name)
    {
        if (name is null)
        {
            return TimeZoneInfo.Utc;
        }

        if (TimeZoneNames.TryFind(name, out var zone))
        {
            return zone;
        }

        reader.AddError("tz", "must be the IANA name of a time zone, such as Europe/Paris");
        return TimeZoneInfo.Utc;
    }
}
