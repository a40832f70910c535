namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>
/// Remembers, without a database, the networks from which somebody logged in on this server lately: they go first when many requests
/// want a hash.
/// </summary>
/// <remarks>Two generations: when the young one is full it becomes the old one, which is forgotten. So it is bounded, and the latest stay.</remarks>
internal sealed class KnownNetworks
{
    private const int Most = 10_000;

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
            if (_young.Count >= Most)
            {
                (_old, _young) = (_young, new(StringComparer.Ordinal));
            }

            _young.Add(network);
        }
    }
}
