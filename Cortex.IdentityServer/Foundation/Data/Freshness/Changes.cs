namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>
/// Knows when something about each user last changed, as far as this server has heard, so that what it remembers counts only while it is true.
/// </summary>
/// <remarks>
/// Changes are numbered. What was read from the database is as good as the number that was current before the reading; it is stale once
/// its user has a higher one. Users share 4,096 numbers: a change makes the server ask again about one in 4,096 others, and needs no list of who has what.
/// </remarks>
internal sealed class Changes(TimeSpan grace, TimeProvider clock)
{
    private const int Stripes = 4096;

    private readonly long[] _last = new long[Stripes];
    private long _number;
    private long _askedAgainAt;
    private long _inSyncAt = clock.GetTimestamp();
    private volatile bool _hearsAll;
    private Action? _onEverything;

    /// <summary>The number to note before the database is asked.</summary>
    public long Number => Interlocked.Read(ref _number);

    /// <summary>Whether every change made anywhere is heard of, or was asked for a moment ago. While it isn't, the database has to be asked.</summary>
    public bool HearsAll => _hearsAll;

    /// <summary>Something that may be remembered of this user changed. Call it after the commit: what is read before would be remembered again.</summary>
    public void Changed(Guid userId) => Note(ref _last[StripeOf(userId)], Interlocked.Increment(ref _number));

    /// <summary>Has somebody told whenever anything may have changed, also what belongs to no user. They must not block.</summary>
    public void OnEverything(Action told) => _onEverything += told;

    /// <summary>Anything may have changed.</summary>
    public void EverythingChanged()
    {
        var number = Interlocked.Increment(ref _number);
        foreach (ref var last in _last.AsSpan())
        {
            Note(ref last, number);
        }

        _onEverything?.Invoke();
    }

    /// <summary>
    /// Nothing is heard, and the database answers: what is remembered may be stale and has to be asked again, and counts on only where it can't be.
    /// </summary>
    public void AskAgain()
    {
        Volatile.Write(ref _askedAgainAt, Interlocked.Increment(ref _number));
        _hearsAll = true;
    }

    /// <summary>Whether what was read at this number needs no asking.</summary>
    public bool IsSure(Guid userId, long number) => _hearsAll && Volatile.Read(ref _askedAgainAt) <= number && IsUnchanged(userId, number);

    /// <summary>Whether what was read at this number is still as it was, as far as is known.</summary>
    public bool IsUnchanged(Guid userId, long number) => Volatile.Read(ref _last[StripeOf(userId)]) <= number;

    /// <summary>From now on, and up to now, nothing was missed.</summary>
    public void InSync()
    {
        Volatile.Write(ref _inSyncAt, clock.GetTimestamp());
        _hearsAll = true;
    }

    /// <summary>Changes may be missed from now on.</summary>
    public void OutOfSync() => _hearsAll = false;

    /// <summary>Whether what was true at this time may be believed although the database can't be asked.</summary>
    public bool IsInGrace(long timestamp) => clock.GetElapsedTime(Math.Max(timestamp, Volatile.Read(ref _inSyncAt))) < grace;

    private static int StripeOf(Guid userId) => userId.GetHashCode() & (Stripes - 1);

    /// <summary>Forward only: two changes at a time may arrive here in either order.</summary>
    private static void Note(ref long last, long number)
    {
        for (var seen = Volatile.Read(ref last); seen < number;)
        {
            var was = Interlocked.CompareExchange(ref last, number, seen);
            seen = was == seen ? number : was;
        }
    }
}
