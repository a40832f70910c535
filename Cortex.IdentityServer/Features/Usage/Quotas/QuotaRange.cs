namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>A range of one of the tables of sums, as a part of what a quota counts.</summary>
/// <param name="Sums">The table: <see cref="Months"/>, <see cref="Days"/>, <see cref="QuarterHours"/>, or <see cref="Deltas"/>.</param>
/// <param name="From">The start, inclusive.</param>
/// <param name="To">The end, exclusive.</param>
/// <param name="Sign">1 if the range is added, and -1 if it is subtracted.</param>
internal readonly record struct QuotaRange(string Sums, DateTimeOffset From, DateTimeOffset To, int Sign = 1)
{
    public const string Months = "months";
    public const string Days = "days";
    public const string QuarterHours = "quarters";

    /// <summary>What isn't folded into the other sums yet.</summary>
    public const string Deltas = "deltas";

    /// <summary>Up to this length, a period is made of days.</summary>
    private static readonly TimeSpan FewDays = TimeSpan.FromDays(14);

    /// <summary>Divides the time of a subject into ranges.</summary>
    /// <remarks>
    /// The end of a quota's period is in the future, where there is nothing to subtract from the last month and the last day. At the start, as few days and
    /// quarter-hours as possible are added or subtracted.
    /// </remarks>
    public static IEnumerable<QuotaRange> Of(QuotaSubject subject)
    {
        var (from, to) = (subject.From, subject.To);
        var (firstDay, lastDay) = (NearestDay(from), StartOfDay(to) == to ? to : StartOfDay(to).AddDays(1));
        var (firstMonth, lastMonth) = lastDay - firstDay <= FewDays
            ? (lastDay, lastDay)
            : (NearestMonth(firstDay), StartOfMonth(lastDay) == lastDay ? lastDay : StartOfMonth(lastDay).AddMonths(1));
        return
        [
            .. Between(Months, firstMonth, lastMonth),
            .. Between(Days, firstDay, firstMonth), .. Between(Days, lastMonth, lastDay),
            .. Between(QuarterHours, from, firstDay), .. Between(QuarterHours, lastDay, to),
            new(Deltas, from, to),
        ];
    }

    /// <summary>Returns the range between two times: nothing if they are equal, and a range to subtract if the second one is earlier.</summary>
    private static IEnumerable<QuotaRange> Between(string sums, DateTimeOffset first, DateTimeOffset second) =>
        first < second ? [new(sums, first, second)]
        : first > second ? [new(sums, second, first, Sign: -1)]
        : [];

    private static DateTimeOffset StartOfDay(DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);

    private static DateTimeOffset StartOfMonth(DateTimeOffset time) => new(time.UtcDateTime.Year, time.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);

    private static DateTimeOffset NearestDay(DateTimeOffset time) => Nearest(time, StartOfDay(time), StartOfDay(time).AddDays(1));

    private static DateTimeOffset NearestMonth(DateTimeOffset time) => Nearest(time, StartOfMonth(time), StartOfMonth(time).AddMonths(1));

    private static DateTimeOffset Nearest(DateTimeOffset time, DateTimeOffset before, DateTimeOffset after) =>
        time - before <= after - time ? before : after;
}
