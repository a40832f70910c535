using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Overview;

/// <summary>What the caller has subscribed to, and what can be.</summary>
/// <param name="SubscriptionTier">The caller's tier.</param>
/// <param name="Subscription">The subscription that gives the tier, else the one last heard of; null without one.</param>
/// <param name="Products">The products that can be subscribed to.</param>
/// <param name="PortalAvailable">Whether the payment provider knows the caller, so that its portal can be opened.</param>
internal sealed record BillingResponse(
    string SubscriptionTier, SubscriptionResponse? Subscription, IReadOnlyList<ProductResponse> Products, bool PortalAvailable) : IExample<BillingResponse>
{
    public static BillingResponse Example => new(
        "pro", SubscriptionResponse.Example, [new("prod_a", "pro"), new("prod_b", "enterprise")], PortalAvailable: true);
}
