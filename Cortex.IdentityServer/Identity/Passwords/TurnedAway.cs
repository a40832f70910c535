namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>
/// Remembers which networks found the hashing line full, so that who comes back after the time that they were told goes before those who never waited:
/// in a flood, a person at an address that nobody knows gets through at the second try.
/// </summary>
/// <remarks>Two generations, as in <see cref="KnownNetworks"/>. By hash code: two networks that share one only share a turn.</remarks>
internal sealed class TurnedAway(TimeProvider clock)
{
    /// <summary>About 5 MB a generation, and some 10 seconds of a flood from as many addresses as there are requests.</summary>
    private const int Most = 100_000;

    /// <summary>A turn that isn't taken by then is over.</summary>
    private static readonly TimeSpan TurnLasts = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Dictionary<int, DateTimeOffset> _young = [];
    private Dictionary<int, DateTimeOffset> _old = [];

    /// <summary>Coming back sooner neither helps nor harms: the first time that was told counts.</summary>
    public void Add(string network, TimeSpan retryAfter)
    {
        var key = network.GetHashCode(StringComparison.Ordinal);
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            if (Find(key) is { } due && now < due + TurnLasts)
            {
                return;
            }

            if (_young.Count >= Most)
            {
                (_old, _young) = (_young, []);
            }

            _young[key] = now + retryAfter;
        }
    }

    /// <summary>Whether it is this network's turn, which is then taken.</summary>
    public bool TakeTurn(string network)
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
            return now < due + TurnLasts;
        }
    }

    private DateTimeOffset? Find(int key) => _young.TryGetValue(key, out var due) || _old.TryGetValue(key, out due) ? due : null;
}
