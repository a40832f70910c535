namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>The quarter-hours of UTC by which sums are kept. Time zones whose offset ends in :30 or :45 need them.</summary>
internal static class Quarters
{
    public const long Ticks = TimeSpan.TicksPerMinute * 15;

    public static long Floor(long time) => time - (time % Ticks);

    public static DateTimeOffset Floor(DateTimeOffset time) => new(Floor(time.UtcTicks), TimeSpan.Zero);

    /// <summary>Returns the time itself, or the end of its quarter-hour if it is within one. The last one of the year 9999 has no end.</summary>
    public static DateTimeOffset Ceiling(DateTimeOffset time)
    {
        var floor = Floor(time);
        return floor == time ? time
            : floor.UtcTicks > DateTimeOffset.MaxValue.UtcTicks - Ticks ? DateTimeOffset.MaxValue
            : floor.AddTicks(Ticks);
    }
}
