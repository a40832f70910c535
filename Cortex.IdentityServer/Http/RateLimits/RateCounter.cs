namespace Cortex.IdentityServer.Http.RateLimits;

/// <summary>Counts what each partition of a limit has used, and says whether one more is allowed.</summary>
internal sealed class RateCounter(RateLimitOptions options, LocalWindows own)
{
    /// <summary>Takes a permit if one is left.</summary>
    public ValueTask<RateDecision> TakeAsync(RateLimit limit, string partition) => new(own.Take(limit, options.PermitsOf(limit), partition));

    /// <summary>Gives back what <paramref name="taken"/> took: never to a later window, never below zero, and nothing where it was refused.</summary>
    public ValueTask GiveBackAsync(RateLimit limit, string partition, RateDecision taken)
    {
        if (taken.Allowed)
        {
            own.GiveBack(limit, partition, taken);
        }

        return ValueTask.CompletedTask;
    }
}
