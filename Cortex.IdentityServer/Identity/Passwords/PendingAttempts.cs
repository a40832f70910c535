using System.Collections.Concurrent;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>
/// Counts the pending attempts of each network. Each pending attempt holds a permit of the network's limit on failures. If pending attempts have used up the
/// permits, a rejected client is told to retry when they have finished rather than when the limit's window ends.
/// </summary>
internal sealed class PendingAttempts
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public bool HasAny(string network) => _counts.ContainsKey(network);

    /// <summary>Counts one more attempt until the result is disposed.</summary>
    public IDisposable Begin(string network)
    {
        _counts.AddOrUpdate(network, 1, (_, count) => count + 1);
        return new Attempt(this, network);
    }

    private void End(string network)
    {
        // Networks without pending attempts are removed, so the hashing queue bounds the size of the table.
        if (_counts.AddOrUpdate(network, 0, (_, count) => count - 1) == 0)
        {
            _counts.TryRemove(KeyValuePair.Create(network, 0));
        }
    }

    private sealed class Attempt(PendingAttempts all, string network) : IDisposable
    {
        public void Dispose() => all.End(network);
    }
}
