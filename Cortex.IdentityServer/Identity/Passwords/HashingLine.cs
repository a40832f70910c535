using Cortex.IdentityServer.Identity.Passwords.Hashing;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>Gives a place in the hashing line by what is known of the caller's network alone, so that a place never depends on which email was sent.</summary>
internal sealed class HashingLine(HashingQueue hashing, KnownNetworks known, TurnedAway turnedAway)
{
    /// <summary>How long a caller who gets no place should wait.</summary>
    public TimeSpan RetryAfter => hashing.RetryAfter;

    /// <summary>A place, or null when the line is full; a network that returns after <see cref="RetryAfter"/> goes first.</summary>
    public HashingPlace? TryEnter(string network)
    {
        var place = hashing.TryEnter(known.Contains(network) || turnedAway.TakeTurn(network));
        if (place is null)
        {
            turnedAway.Add(network, hashing.RetryAfter);
        }

        return place;
    }
}
