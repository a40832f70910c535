namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>
/// Tracks the last known change of each user, so that cached data is used only while it is current.
/// </summary>
/// <remarks>
/// Changes are numbered. Cached data carries the number that was current before it was read, and is stale once its user has a higher one. Users share 4,096
/// counters: a change also invalidates about one in 4,096 other users, and no index of entries by user is needed.
/// </remarks>
internal sealed class Changes(TimeSpan grace, TimeProvider clock)
{
    private const int Stripes = 4096;

    private readonly long[] _last = new long[Stripes];
    private long _number;
    private long _revalidateFrom;
    private long _inSyncAt = clock.GetTimestamp();
    private volatile bool _isCurrent;
    private volatile bool _isListening;
    private Action? _onInvalidateAll;

    /// <summary>The number to store with data that is about to be read from the database.</summary>
    public long Number => Interlocked.Read(ref _number);

    /// <summary>Whether all changes are known, through notifications or a recent poll. Otherwise, the database has to be queried.</summary>
    public bool IsCurrent => _isCurrent;

    /// <summary>Whether notifications arrive. Otherwise, the database is down, or a pooler doesn't forward them.</summary>
    public bool IsListening => _isListening;

    /// <summary>The time since the last moment up to which no notification was missed.</summary>
    public TimeSpan Age => clock.GetElapsedTime(Volatile.Read(ref _inSyncAt));

    /// <summary>Marks the user's cached data as stale. Call it after the commit; otherwise data read before the commit would be cached again.</summary>
    public void Invalidate(Guid userId) => Raise(ref _last[StripeOf(userId)], Interlocked.Increment(ref _number));

    /// <summary>Registers a callback for <see cref="InvalidateAll"/>, which also concerns data that belongs to no user. It must not block.</summary>
    public void OnInvalidateAll(Action callback) => _onInvalidateAll += callback;

    /// <summary>Marks all cached data as stale.</summary>
    public void InvalidateAll()
    {
        var number = Interlocked.Increment(ref _number);
        foreach (ref var last in _last.AsSpan())
        {
            Raise(ref last, number);
        }

        _onInvalidateAll?.Invoke();
    }

    /// <summary>
    /// Reports that the database answers but sends no notifications: cached data has to be revalidated before use, and stays usable as a fallback.
    /// </summary>
    public void RequireRevalidation()
    {
        Volatile.Write(ref _revalidateFrom, Interlocked.Increment(ref _number));
        _isCurrent = true;
        _isListening = false;
    }

    /// <summary>Whether data read at this number can be used without a query.</summary>
    public bool IsFresh(Guid userId, long number) => _isCurrent && Volatile.Read(ref _revalidateFrom) <= number && IsUnchanged(userId, number);

    /// <summary>Whether data read at this number is current, as far as is known.</summary>
    public bool IsUnchanged(Guid userId, long number) => Volatile.Read(ref _last[StripeOf(userId)]) <= number;

    /// <summary>Reports that no change was missed up to now.</summary>
    public void MarkInSync()
    {
        Volatile.Write(ref _inSyncAt, clock.GetTimestamp());
        _isCurrent = true;
        _isListening = true;
    }

    /// <summary>Reports that changes may be missed from now on.</summary>
    public void MarkOutOfSync() => _isCurrent = _isListening = false;

    /// <summary>Whether data that was current at this time may still be used while the database can't be queried.</summary>
    public bool IsInGrace(long timestamp) => clock.GetElapsedTime(Math.Max(timestamp, Volatile.Read(ref _inSyncAt))) < grace;

    private static int StripeOf(Guid userId) => userId.GetHashCode() & (Stripes - 1);

    /// <summary>Raises the value and never lowers it, because concurrent changes can arrive in either order.</summary>
    private static void Raise(ref long last, long number)
    {
        for (var seen = Volatile.Read(ref last); seen < number;)
        {
            var was = Interlocked.CompareExchange(ref last, number, seen);
            seen = was == seen ? number : was;
        }
    }
}
