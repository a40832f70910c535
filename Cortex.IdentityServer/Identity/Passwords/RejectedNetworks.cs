namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>
/// Caches the networks that were rejected because the hashing queue was full. A client that returns after its Retry-After time has priority over clients that
/// never waited, so during a flood a legitimate user on an unknown network gets through on the second attempt.
/// </summary>
/// <remarks>
/// There are two generations, as in <see cref="KnownNetworks"/>. Entries are keyed by hash code; a collision only means that two networks share an entry.
/// </remarks>
internal sealed class RejectedNetworks(TimeProvider clock)
{
    /// <summary>The maximum size of a generation: about 5 MB, or about 10 seconds of a flood in which every request comes from a different address.</summary>
    private const int MaxEntries = 100_000;

    /// <summary>How long a network keeps its priority after its Retry-After time.</summary>
    private static readonly TimeSpan PriorityLifetime = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Dictionary<int, DateTimeOffset> _young = [];
    private Dictionary<int, DateTimeOffset> _old = [];

    /// <summary>Adds a rejected network. Returning too early has no effect: the first Retry-After time applies.</summary>
    public void Add(string network, TimeSpan retryAfter)
    {
        var key = network.GetHashCode(StringComparison.Ordinal);
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            if (Find(key) is { } due && now < due + PriorityLifetime)
            {
                return;
            }

            if (_young.Count >= MaxEntries)
            {
                (_old, _young) = (_young, []);
            }

            _young[key] = now + retryAfter;
        }
    }

    /// <summary>Returns whether the network has priority, and uses the priority up.</summary>
    public bool TryUsePriority(string network)
    {
        var key = network.GetHashCode(StringComparison.Ordinal);
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            if (Find(key) is not { } due || now < due)
            {
                return false;
            }

            _young.Remove(key);
            _old.Remove(key);
            return now < due + PriorityLifetime;
        }
    }

    private DateTimeOffset? Find(int key) => _young.TryGetValue(key, out var due) || _old.TryGetValue(key, out due) ? due : null;
}
