namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Whether a request is within its rate limit, and the state of its window for the response headers.</summary>
/// <param name="Allowed">Whether a permit was taken. False means that the window's permits are exhausted.</param>
/// <param name="Limit">The number of permits per window.</param>
/// <param name="Remaining">The number of permits that are left.</param>
/// <param name="Reset">The time until the window ends.</param>
internal readonly record struct RateDecision(bool Allowed, int Limit, int Remaining, TimeSpan Reset)
{
    /// <summary>The end of the replica's own window, by its clock, if a permit was taken from it. A permit can only be returned to the same window.</summary>
    public long? LocalEnd { get; init; }

    /// <summary>The end of the shared window in Redis, or null if the replica decided alone.</summary>
    public long? SharedEnd { get; init; }

    /// <summary><see cref="Reset"/> for headers, in whole seconds, rounded up so that a client that waits this long isn't too early.</summary>
    public int ResetSeconds => Math.Max(1, (int)Math.Ceiling(Reset.TotalSeconds));
}
