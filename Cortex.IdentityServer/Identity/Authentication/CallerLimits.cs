using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>Counts each request of a known caller: an owner's API keys together, by tier, and a person on routes that are expensive.</summary>
internal sealed class CallerLimits(RateCounter counter, TierOptions tiers)
{
    /// <summary>The refusal, or null when the request may go on.</summary>
    public ValueTask<Refusal?> RefusalAsync(HttpContext context)
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
        RateLimitHeaders.Note(context, decision);
        return decision.Allowed ? null : Refusal.RateLimited(decision.Reset);
    }
}
