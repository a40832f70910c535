using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>The rate limit of webhooks.</summary>
internal static class WebhookLimits
{
    /// <summary>Webhooks per address. Polar sends them from few addresses, and repeats one that is refused.</summary>
    public static readonly RateLimit PerAddress = new("webhooks", 30_000, TimeSpan.FromMinutes(1));
}
