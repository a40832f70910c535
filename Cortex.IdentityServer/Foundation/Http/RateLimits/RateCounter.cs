namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Counts requests per partition of a limit and decides whether another one is allowed.</summary>
internal sealed class RateCounter(RateLimitOptions options, LocalWindows own, RateLimitMetrics metrics, SharedWindows? shared = null)
{
    /// <summary>Takes a permit if one is left.</summary>
    public ValueTask<RateDecision> TakeAsync(RateLimit limit, string partition)
    {
        // Always count locally too, so that the replica continues from its own count if Redis becomes unavailable.
        var permits = options.PermitsOf(limit);
        var alone = own.Take(limit, permits, partition);
        return shared is { IsUp: true } ? TakeSharedAsync(shared, limit, permits, partition, alone) : new(Counted(limit, alone));
    }

    /// <summary>
    /// Returns the permit of an allowed <paramref name="taken"/> to the window that it came from, but never to a later window and never below zero.
    /// </summary>
    public ValueTask ReturnPermitAsync(RateLimit limit, string partition, RateDecision taken)
    {
        if (taken.LocalEnd is { } ownEnd)
        {
            own.ReturnPermit(limit, partition, ownEnd);
        }

        return taken is { Allowed: true, SharedEnd: { } sharedEnd } && shared is { IsUp: true }
            ? shared.ReturnPermitAsync(limit, partition, sharedEnd)
            : ValueTask.CompletedTask;
    }

    private async ValueTask<RateDecision> TakeSharedAsync(SharedWindows redis, RateLimit limit, int permits, string partition, RateDecision alone)
    {
        if (await redis.TakeAsync(limit, permits, partition) is not { } together)
        {
            return Counted(limit, alone);
        }

        if (!together.Allowed && alone.LocalEnd is { } end)
        {
            own.ReturnPermit(limit, partition, end);
        }

        return Counted(limit, together with { LocalEnd = together.Allowed ? alone.LocalEnd : null });
    }

    private RateDecision Counted(RateLimit limit, RateDecision decision)
    {
        if (!decision.Allowed)
        {
            metrics.CountRefusal(limit);
        }

        return decision;
    }
}
