using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>
/// Applies the rate limits of authenticated callers: all API keys of an owner share a limit that depends on the tier, and users are limited on expensive
/// routes.
/// </summary>
internal sealed class CallerLimits(RateCounter counter, TierOptions tiers)
{
    /// <summary>Returns the refusal, or null if the request may proceed.</summary>
    public ValueTask<Refusal?> CheckAsync(HttpContext context)
    {
        var caller = (KnownCaller)context.User;
        var limit = caller.Scheme == AuthenticationSchemes.ApiKey
            ? tiers.LimitOf(caller.Tier)
            : context.GetEndpoint()?.Metadata.GetMetadata<RouteLimits>()?.PerUser;
        return limit is null ? default : TakeAsync(context, limit, caller.Subject);
    }

    private async ValueTask<Refusal?> TakeAsync(HttpContext context, RateLimit limit, string userId)
    {
        var decision = await counter.TakeAsync(limit, userId);
        RateLimitHeaders.ShowTightest(context, decision);
        return decision.Allowed ? null : Refusal.RateLimited(decision.Reset);
    }
}
