namespace Cortex.IdentityServer.Features.Billing.Subscriptions;

/// <summary>The effect of what Polar said.</summary>
/// <param name="HasEffect">Whether anything changed.</param>
/// <param name="TierBefore">The user's tier before; null if it stays.</param>
/// <param name="TierAfter">The user's tier now; null if it stays.</param>
internal sealed record BillingEffect(bool HasEffect, string? TierBefore, string? TierAfter)
{
    public static BillingEffect None { get; } = new(HasEffect: false, TierBefore: null, TierAfter: null);
}
