using Cortex.IdentityServer.Identity.Passwords.Hashing;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>Assigns places in the hashing queue based only on the client's network, so that a place never depends on which email was sent.</summary>
internal sealed class PrioritizedHashingQueue(HashingQueue hashing, KnownNetworks known, RejectedNetworks rejected)
{
    /// <summary>How long a client that gets no place should wait.</summary>
    public TimeSpan RetryAfter => hashing.RetryAfter;

    /// <summary>Returns a place, or null if the queue is full. A network that returns after <see cref="RetryAfter"/> has priority.</summary>
    public HashingPlace? TryEnter(string network)
    {
        var place = hashing.TryEnter(known.Contains(network) || rejected.TryUsePriority(network));
        if (place is null)
        {
            rejected.Add(network, hashing.RetryAfter);
        }

        return place;
    }
}
