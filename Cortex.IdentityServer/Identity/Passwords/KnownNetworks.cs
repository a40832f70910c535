namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>
/// Caches in memory the networks from which users recently logged in on this server. They have priority when many requests wait for a password hash.
/// </summary>
/// <remarks>
/// There are two generations: when the young one is full, it replaces the old one. This bounds the size and retains the most recent networks.
/// </remarks>
internal sealed class KnownNetworks
{
    private const int MaxEntries = 10_000;

    private readonly Lock _lock = new();
    private HashSet<string> _young = new(StringComparer.Ordinal);
    private HashSet<string> _old = new(StringComparer.Ordinal);

    public bool Contains(string network)
    {
        lock (_lock)
        {
            return _young.Contains(network) || _old.Contains(network);
        }
    }

    public void Add(string network)
    {
        lock (_lock)
        {
            if (_young.Count >= MaxEntries)
            {
                (_old, _young) = (_young, new(StringComparer.Ordinal));
            }

            _young.Add(network);
        }
    }
}
