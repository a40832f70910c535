// Npgsql marks its type resolution API as experimental; ForeignRowTests cover the parts used here.
#pragma warning disable NPG9001

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Converts PostgreSQL's timestamps: microseconds since the year 2000, where the smallest and the largest value are the infinities.</summary>
internal static class StoredTime
{
    /// <summary>The first timestamp that PostgreSQL supports, in 4713 BC. Only the infinities lie outside the range to <see cref="End"/>, in 294276.</summary>
    private const long Earliest = -211_813_488_000_000_000;
    private const long End = 9_223_371_331_200_000_000;
    private const ulong InfinityOrdinal = unchecked((ulong)End - (ulong)Earliest + 1);

    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <remarks><see cref="DateTimeOffset.MinValue"/> and <see cref="DateTimeOffset.MaxValue"/> stand for the infinities, as everywhere in Npgsql.</remarks>
    public static long FromDotNet(DateTimeOffset time) =>
        time == DateTimeOffset.MinValue ? long.MinValue
        : time == DateTimeOffset.MaxValue ? long.MaxValue
        : (time.UtcTicks - Epoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Whether PostgreSQL supports this timestamp.</summary>
    public static bool IsInRange(long microseconds) => microseconds is long.MinValue or long.MaxValue or (>= Earliest and < End);

    /// <summary>The position of a timestamp among all that PostgreSQL supports; negative infinity is 0.</summary>
    public static ulong ToOrdinal(long microseconds) =>
        microseconds == long.MinValue ? 0 : unchecked((ulong)((microseconds == long.MaxValue ? End : microseconds) - Earliest)) + 1;

    /// <returns>The timestamp at this position, or null if there is none.</returns>
    public static long? FromOrdinal(ulong ordinal) => ordinal switch
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
