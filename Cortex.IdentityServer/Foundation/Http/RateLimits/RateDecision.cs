namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Whether one more is allowed, and what the client is told about its window.</summary>
/// <param name="Allowed">False: the window's permits are used up, and nothing was taken.</param>
/// <param name="Limit">The permits of a window.</param>
/// <param name="Remaining">What is left of them.</param>
/// <param name="Reset">Until the window ends.</param>
internal readonly record struct RateDecision(bool Allowed, int Limit, int Remaining, TimeSpan Reset)
{
    /// <summary>When the replica's own window ends that a permit was taken from, by its clock; a permit goes back to no other.</summary>
    public long? OwnEnd { get; init; }

    /// <summary>The same of the window in Redis; null where the replica decided alone.</summary>
    public long? SharedEnd { get; init; }

    /// <summary><see cref="Reset"/> as headers say it: whole seconds, rounded up, so that who waits as long isn't too early.</summary>
    public int ResetSeconds => Math.Max(1, (int)Math.Ceiling(Reset.TotalSeconds));
}
