using Cortex.IdentityServer.Features.Usage.Reports;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>The period for which a quota counts: that of the user's subscription, or a calendar month of UTC.</summary>
/// <remarks>
/// Usage is added up by quarter-hours, so a period counts from the one in which it starts until the one in which it ends. What people and programs are told is
/// the exact time.
/// </remarks>
/// <param name="From">The start, inclusive.</param>
/// <param name="To">The end, exclusive, when the counts start again from zero.</param>
internal readonly record struct QuotaPeriod(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>The years that a subscription may be in. No calculation with their times leaves the range of .NET.</summary>
    private const int FirstYear = 1970, LastYear = 2999;

    /// <summary>The start of the first quarter-hour that counts.</summary>
    public DateTimeOffset CountsFrom => Quarters.Floor(From);

    /// <summary>The end of the last quarter-hour that counts, and the start of the next period's first.</summary>
    public DateTimeOffset CountsTo => Quarters.Floor(To);

    /// <summary>Whether the period is a calendar month of UTC.</summary>
    public bool IsMonth => this == MonthOf(From);

    /// <summary>Returns the period for which a user's quota counts at a time.</summary>
    /// <remarks>
    /// A subscription's period that is over, because its renewal hasn't been processed yet, is followed by one of the same length, and so on. One that hasn't
    /// begun yet, because the clocks of servers differ, is preceded by one of the same length.
    /// </remarks>
    /// <param name="billing">The period of the user's subscription; null without one, for the calendar month.</param>
    /// <param name="now">The time.</param>
    public static QuotaPeriod Of(BillingPeriod? billing, DateTimeOffset now)
    {
        if (billing is null || !IsUsable(billing))
        {
            return MonthOf(now);
        }

        var stored = new QuotaPeriod(billing.Start.ToUniversalTime(), billing.End.ToUniversalTime());
        return stored.Counts(now) ? stored
            : stored.FindMonths() is { } months ? stored.FindByMonths(months, now)
            : stored.FindByLength(now);
    }

    /// <summary>Whether usage of this time counts.</summary>
    private bool Counts(DateTimeOffset time) => time >= CountsFrom && time < CountsTo;

    /// <summary>A period that doesn't contain the start of a quarter-hour would count nothing.</summary>
    private static bool IsUsable(BillingPeriod period) => period.End - period.Start >= TimeSpan.FromTicks(Quarters.Ticks)
        && period.Start.UtcDateTime.Year >= FirstYear && period.End.UtcDateTime.Year <= LastYear;

    private static QuotaPeriod MonthOf(DateTimeOffset time)
    {
        var from = new DateTimeOffset(time.UtcDateTime.Year, time.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);
        return new(from, from.AddMonths(1));
    }

    /// <summary>
    /// Returns the length in months, or null if it isn't a whole number of them. Both January 31 to February 28 and February 28 to March 31 are one month of a
    /// subscription that began on the 31st.
    /// </summary>
    private int? FindMonths()
    {
        var months = MonthsBetween(From, To);
        return months > 0 && (From.Day >= To.Day ? From.AddMonths(months) == To : To.AddMonths(-months) == From) ? months : null;
    }

    private QuotaPeriod FindByMonths(int months, DateTimeOffset now)
    {
        // The later day of the month is the one on which the subscription renews in months that have it.
        var (anchor, first) = From.Day >= To.Day ? (From, 0) : (To, 1);
        var index = (MonthsBetween(From, now) / months) - 1;
        while (!At(index).Counts(now))
        {
            index++;
        }

        return At(index);

        QuotaPeriod At(int number) => new(anchor.AddMonths((number - first) * months), anchor.AddMonths((number + 1 - first) * months));
    }

    private QuotaPeriod FindByLength(DateTimeOffset now)
    {
        var (start, length) = (From, (To - From).Ticks);
        var index = ((now - start).Ticks / length) - 1;
        while (!At(index).Counts(now))
        {
            index++;
        }

        return At(index);

        QuotaPeriod At(long number) => new(start.AddTicks(number * length), start.AddTicks((number + 1) * length));
    }

    private static int MonthsBetween(DateTimeOffset from, DateTimeOffset to) =>
        ((to.UtcDateTime.Year - from.UtcDateTime.Year) * 12) + to.UtcDateTime.Month - from.UtcDateTime.Month;
}
