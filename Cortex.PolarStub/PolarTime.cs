using System.Globalization;

namespace Cortex.Polar;

/// <summary>Timestamps as Polar writes them: UTC with a Z, and microseconds unless they are zero.</summary>
internal static class PolarTime
{
    public static string Text(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        return utc.ToString(
            utc.Ticks % TimeSpan.TicksPerSecond < TimeSpan.TicksPerMicrosecond ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'",
            CultureInfo.InvariantCulture);
    }

    public static string? Text(DateTimeOffset? time) => time is { } known ? Text(known) : null;

    /// <summary>A time without what Polar's database can't store.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}
