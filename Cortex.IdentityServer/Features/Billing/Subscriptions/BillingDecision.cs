namespace Cortex.IdentityServer.Features.Billing.Subscriptions;

/// <summary>The tier that a user's subscriptions give.</summary>
/// <param name="Tier">The tier; the free one if no subscription gives access to a mapped product.</param>
/// <param name="Subscription">The subscription that gives it; null if none does.</param>
/// <param name="NextChangeAt">When time alone may change the decision, because a grace or a canceled subscription ends; null if it can't.</param>
internal sealed record BillingDecision(string Tier, Subscription? Subscription, DateTimeOffset? NextChangeAt)
{
    /// <summary>The start of the period for which the user's quotas count; null for the calendar month.</summary>
    public DateTimeOffset? PeriodStart => HasPeriod ? Subscription!.PeriodStart : null;

    /// <summary>The end of that period.</summary>
    public DateTimeOffset? PeriodEnd => HasPeriod ? Subscription!.PeriodEnd : null;

    private bool HasPeriod => Subscription is { PeriodStart: { } start, PeriodEnd: { } end } && start < end;
}
