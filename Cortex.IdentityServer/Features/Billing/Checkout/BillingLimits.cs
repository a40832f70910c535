using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Features.Billing.Checkout;

/// <summary>The rate limits of checkouts and of the customer portal, which are requests to Polar.</summary>
internal static class BillingLimits
{
    /// <summary>Requests per address.</summary>
    public static readonly RateLimit PerAddress = new("checkout", 120, TimeSpan.FromMinutes(1));

    /// <summary>Requests per user, from any address.</summary>
    public static readonly RateLimit PerUser = new("checkout_user", 20, TimeSpan.FromMinutes(1));
}
