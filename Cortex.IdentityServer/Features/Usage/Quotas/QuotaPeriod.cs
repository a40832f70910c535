namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>The period for which a quota counts: a calendar month of UTC.</summary>
/// <param name="From">The start, inclusive.</param>
/// <param name="To">The end, exclusive, when the counts start again from zero.</param>
internal readonly record struct QuotaPeriod(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>The month as <c>usage_months</c> stores it.</summary>
    public DateOnly Month => DateOnly.FromDateTime(From.UtcDateTime);

    public bool Contains(DateTimeOffset time) => time >= From && time < To;

    public static QuotaPeriod Of(DateTimeOffset time)
    {
        var from = new DateTimeOffset(time.UtcDateTime.Year, time.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);
        return new(from, from.AddMonths(1));
    }
}
