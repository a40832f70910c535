using System.Collections.Concurrent;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>
/// Counts the attempts of each network that have no outcome yet. They hold permits of its failures; where those are used up by them, whoever is refused
/// is told to come back when they are done, and not when the window ends.
/// </summary>
internal sealed class AttemptsUnderWay
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public bool Any(string network) => _counts.ContainsKey(network);

    /// <summary>One more, until it is disposed.</summary>
    public IDisposable Begin(string network)
    {
        _counts.AddOrUpdate(network, 1, (_, count) => count + 1);
        return new Attempt(this, network);
    }

    private void End(string network)
    {
        // No longer there with none, so that the table is bounded by the hashing line.
        if (_counts.AddOrUpdate(network, 0, (_, count) => count - 1) == 0)
        {
            _counts.TryRemove(KeyValuePair.Create(network, 0));
        }
    }

    private sealed class Attempt(AttemptsUnderWay all, string network) : IDisposable
    {
        public void Dispose() => all.End(network);
    }
}
