// Npgsql calls its own way of reading types experimental; ForeignRowTests hold what is used of it here.
#pragma warning disable NPG9001

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>A time as PostgreSQL holds it: microseconds since the year 2000, where the least and the greatest number are the two infinities.</summary>
internal static class StoredTime
{
    /// <summary>PostgreSQL's years are 4713 BC to 294276; beyond them are the two infinities only.</summary>
    private const long Earliest = -211_813_488_000_000_000;
    private const long End = 9_223_371_331_200_000_000;
    private const ulong InfinityOrdinal = unchecked((ulong)End - (ulong)Earliest + 1);

    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <remarks>.NET's first and last moment stand for the infinities, as everywhere in Npgsql.</remarks>
    public static long Of(DateTimeOffset time) =>
        time == DateTimeOffset.MinValue ? long.MinValue
        : time == DateTimeOffset.MaxValue ? long.MaxValue
        : (time.UtcTicks - Epoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Whether PostgreSQL has such a time.</summary>
    public static bool IsInRange(long microseconds) => microseconds is long.MinValue or long.MaxValue or (>= Earliest and < End);

    /// <summary>The place of a time among all that PostgreSQL has: 0 is negative infinity.</summary>
    public static ulong ToOrdinal(long microseconds) =>
        microseconds == long.MinValue ? 0 : unchecked((ulong)((microseconds == long.MaxValue ? End : microseconds) - Earliest)) + 1;

    /// <returns>Null where PostgreSQL has no such time.</returns>
    public static long? OfOrdinal(ulong ordinal) => ordinal switch
    {
        0 => long.MinValue,
        InfinityOrdinal => long.MaxValue,
        < InfinityOrdinal => unchecked((long)(ordinal - 1) + Earliest),
        _ => null,
    };

    public static DateTimeOffset ToDotNet(long microseconds) =>
        microseconds < (DateTimeOffset.MinValue.UtcTicks - Epoch.UtcTicks) / TimeSpan.TicksPerMicrosecond ? DateTimeOffset.MinValue
        : microseconds > (DateTimeOffset.MaxValue.UtcTicks - Epoch.UtcTicks) / TimeSpan.TicksPerMicrosecond ? DateTimeOffset.MaxValue
        : Epoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
