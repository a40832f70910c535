namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>
/// The ranges of the sums that make up a report: whole days of UTC, quarter-hours for the rest, and rows of the ledger for what is within a quarter-hour.
/// </summary>
/// <remarks>
/// A local day that begins at 18:15 UTC isn't made of its 96 quarter-hours. It is a day of UTC, less the quarter-hours after 18:15, plus those after 18:15 of
/// the day before. So each boundary takes the quarter-hours to the nearest midnight, and both intervals that meet there use the same ones.
/// </remarks>
internal sealed class ReportPieces
{
    private readonly List<DateTimeOffset> _edges = [];
    private readonly Dictionary<(DateTimeOffset Start, DateTimeOffset End), int> _quarters = [];

    private ReportPieces()
    {
    }

    /// <summary>The ranges of <c>usage_days</c>. Each begins where the one before ends.</summary>
    public List<(DateOnly Start, DateOnly End, int Interval)> Days { get; } = [];

    /// <summary>The ranges of <c>usage_quarters</c>, in the order of their numbers, which start at 1.</summary>
    public IEnumerable<(DateTimeOffset Start, DateTimeOffset End)> QuarterHours => _quarters.OrderBy(range => range.Value).Select(range => range.Key);

    /// <summary>Which interval a range of <c>usage_quarters</c> is added to (sign 1) or subtracted from (sign -1).</summary>
    public List<(int Range, int Interval, int Sign)> Shares { get; } = [];

    /// <summary>The ranges of <c>usage_logs</c>, less than a quarter-hour each.</summary>
    public List<(DateTimeOffset Start, DateTimeOffset End, int Interval)> Rows { get; } = [];

    /// <summary>The starts of the intervals, in whole quarter-hours, for rows that aren't in the sums yet.</summary>
    public IReadOnlyList<DateTimeOffset> Starts => _edges[..^1];

    /// <summary>The end of the last interval, in whole quarter-hours.</summary>
    public DateTimeOffset End => _edges[^1];

    /// <summary>Divides a period into ranges. Intervals are numbered from 1.</summary>
    /// <param name="from">The start of the period.</param>
    /// <param name="to">The end of the period, later than its start.</param>
    /// <param name="inner">The starts of all intervals but the first, in whole quarter-hours.</param>
    /// <param name="isByHour">Whether the intervals are hours, which no whole day fits into.</param>
    public static ReportPieces Of(DateTimeOffset from, DateTimeOffset to, IEnumerable<DateTimeOffset> inner, bool isByHour)
    {
        var pieces = new ReportPieces();
        var (first, last) = (Quarters.Ceiling(from), Quarters.Floor(to));
        if (first > last)
        {
            pieces.Rows.Add((from, to, 1));
            pieces._edges.AddRange([first, first]);
            return pieces;
        }

        pieces._edges.AddRange([first, .. inner, last]);
        if (from < first)
        {
            pieces.Rows.Add((from, first, 1));
        }

        if (last < to)
        {
            pieces.Rows.Add((last, to, pieces._edges.Count - 1));
        }

        for (var i = 1; i < pieces._edges.Count; i++)
        {
            pieces.AddInterval(pieces._edges[i - 1], pieces._edges[i], i, isByHour);
        }

        return pieces;
    }

    private void AddInterval(DateTimeOffset start, DateTimeOffset end, int interval, bool isByHour)
    {
        var (firstDay, lastDay) = (NearestMidnight(start), NearestMidnight(end));
        if (isByHour || firstDay == lastDay)
        {
            AddQuarters(start, end, interval, 1);
            return;
        }

        Days.Add((DateOnly.FromDateTime(firstDay.UtcDateTime), DateOnly.FromDateTime(lastDay.UtcDateTime), interval));
        AddQuarters(start, firstDay, interval, 1);
        AddQuarters(firstDay, start, interval, -1);
        AddQuarters(lastDay, end, interval, 1);
        AddQuarters(end, lastDay, interval, -1);
    }

    /// <summary>Adds a range, unless it is empty or reversed.</summary>
    private void AddQuarters(DateTimeOffset start, DateTimeOffset end, int interval, int sign)
    {
        if (start >= end)
        {
            return;
        }

        if (!_quarters.TryGetValue((start, end), out var range))
        {
            _quarters.Add((start, end), range = _quarters.Count + 1);
        }

        Shares.Add((range, interval, sign));
    }

    private static DateTimeOffset NearestMidnight(DateTimeOffset time)
    {
        var midnight = new DateTimeOffset(time.UtcDateTime.Date, TimeSpan.Zero);
        return time - midnight <= TimeSpan.FromHours(12) || midnight.Date == DateTime.MaxValue.Date ? midnight : midnight.AddDays(1);
    }
}
