namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Finds the instants at which hours, days, and months begin in a time zone.</summary>
/// <remarks>
/// It only converts from UTC to local time, which is always unambiguous. A local midnight may not exist, or exist twice: a day begins at the first instant
/// whose local date isn't before it. Local hours follow the clock: one of 90 minutes when it goes back by half an hour, and two when it goes back by a whole
/// one. Sums are kept by quarter-hours of UTC, so what begins within one (in zones of the 20th century) begins with it.
/// </remarks>
internal sealed class LocalCalendar(TimeZoneInfo zone)
{
    /// <summary>No zone has been further from UTC.</summary>
    private const long MaxOffset = 16 * TimeSpan.TicksPerHour;

    private static readonly long LastTick = DateTimeOffset.MaxValue.UtcTicks;

    /// <summary>The starts of all intervals of a period; the first may be before the period.</summary>
    /// <param name="from">The start of the period, inclusive.</param>
    /// <param name="to">The end of the period, exclusive.</param>
    /// <param name="granularity">One of <see cref="ReportPeriod.Granularities"/>.</param>
    public IEnumerable<DateTimeOffset> StartsOf(DateTimeOffset from, DateTimeOffset to, string granularity) =>
        from >= to ? []
        : granularity == ReportPeriod.Hour ? HoursOf(from.UtcTicks, to.UtcTicks)
        : DatesOf(from.UtcTicks, to.UtcTicks, granularity);

    /// <summary>The number of an hour, day, or month on the local calendar, counted from year 1.</summary>
    public long NumberOf(DateTimeOffset time, string granularity)
    {
        var local = LocalTicks(time.UtcTicks);
        return granularity switch
        {
            ReportPeriod.Hour => local / TimeSpan.TicksPerHour,
            ReportPeriod.Day => local / TimeSpan.TicksPerDay,
            _ => MonthOf(local),
        };
    }

    private IEnumerable<DateTimeOffset> HoursOf(long from, long to)
    {
        var start = Quarters.Floor(from);
        while (!IsHourStart(start))
        {
            start -= Quarters.Ticks;
        }

        yield return At(start);
        for (var time = Quarters.Floor(from) + Quarters.Ticks; time < to; time += Quarters.Ticks)
        {
            if (IsHourStart(time))
            {
                yield return At(time);
            }
        }
    }

    private bool IsHourStart(long time)
    {
        if (time < Quarters.Ticks)
        {
            return true;
        }

        var (before, local) = (LocalTicks(time - Quarters.Ticks), LocalTicks(time));
        return local % TimeSpan.TicksPerHour == 0 || local / TimeSpan.TicksPerHour != before / TimeSpan.TicksPerHour;
    }

    private IEnumerable<DateTimeOffset> DatesOf(long from, long to, string granularity)
    {
        var last = -1L;
        for (var number = NumberOf(At(from), granularity); LocalStart(number, granularity) is { } local; number++)
        {
            var start = FirstInstant(local);
            if (start >= to)
            {
                break;
            }

            // A day that a zone left out, when it moved to the other side of the date line, would begin together with the next one. A clock that goes back
            // across midnight returns to a date whose interval is over.
            if (last >= 0 && start > last && start > from)
            {
                yield return At(last);
            }

            last = start;
        }

        yield return At(last);
    }

    /// <summary>The local time at which a day or month begins, in ticks; null after the year 9999.</summary>
    private static long? LocalStart(long number, string granularity)
    {
        var isDay = granularity == ReportPeriod.Day;
        return number > (isDay ? LastTick / TimeSpan.TicksPerDay : MonthOf(LastTick)) ? null
            : isDay ? number * TimeSpan.TicksPerDay
            : new DateTime((int)(number / 12) + 1, (int)(number % 12) + 1, 1).Ticks;
    }

    /// <summary>Returns the first instant whose local time isn't before this one.</summary>
    private long FirstInstant(long local)
    {
        // Usually, the clock doesn't change that day.
        var guess = local - OffsetAt(local - TimeSpan.TicksPerDay);
        if (guess > 0 && guess <= LastTick && LocalTicks(guess) == local && LocalTicks(guess - 1) < local)
        {
            return Quarters.Floor(guess);
        }

        var time = Quarters.Floor(Math.Max(0, local - MaxOffset));
        while (time < LastTick - Quarters.Ticks && LocalTicks(time) < local)
        {
            time += Quarters.Ticks;
        }

        return time;
    }

    private long LocalTicks(long time) => Math.Clamp(time + OffsetAt(time), 0, LastTick);

    private long OffsetAt(long time) => zone.GetUtcOffset(new DateTime(Math.Clamp(time, 0, LastTick), DateTimeKind.Utc)).Ticks;

    private static long MonthOf(long ticks)
    {
        var date = new DateTime(ticks);
        return (date.Year * 12L) + date.Month - 13;
    }

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
