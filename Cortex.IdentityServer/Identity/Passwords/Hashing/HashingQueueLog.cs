namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>Logs when the hashing queue fills up and when it has room again, at most once a minute.</summary>
internal sealed partial class HashingQueueLog(TimeProvider clock, ILogger<HashingQueue> logger)
{
    private static readonly long LogInterval = TimeSpan.TicksPerMinute;

    private long _lastLoggedAt = long.MinValue;
    private int _isFull;

    public void ReportFull(int places)
    {
        var now = clock.GetUtcNow().Ticks;
        var last = Volatile.Read(ref _lastLoggedAt);
        if (Volatile.Read(ref _isFull) == 0
            && (last == long.MinValue || now - last >= LogInterval)
            && Interlocked.CompareExchange(ref _lastLoggedAt, now, last) == last)
        {
            Volatile.Write(ref _isFull, 1);
            Log.Full(logger, places);
        }
    }

    public void ReportAvailable()
    {
        if (Volatile.Read(ref _isFull) == 1 && Interlocked.Exchange(ref _isFull, 0) == 1)
        {
            Log.Free(logger);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2404, LogLevel.Warning, "The password hashing queue is full ({Places} places). Until it has room, logins fail with 503")]
        public static partial void Full(ILogger logger, int places);

        [LoggerMessage(2405, LogLevel.Information, "The password hashing queue has room again")]
        public static partial void Free(ILogger logger);
    }
}
