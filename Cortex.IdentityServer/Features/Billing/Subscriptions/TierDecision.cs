using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Billing.Subscriptions;

/// <summary>Derives the tier of a user from what Polar last said of the user's subscriptions. It depends on nothing else.</summary>
internal static class TierDecision
{
    /// <summary>
    /// Returns the best tier of the subscriptions that give access: those that are active or in a trial, canceled ones whose time isn't over, and those whose
    /// payment failed less than the grace ago. A subscription that a snapshot of the customer no longer lists counts as one whose payment failed then. Products
    /// that the operator hasn't mapped give no tier.
    /// </summary>
    public static BillingDecision Of(IReadOnlyCollection<Subscription> subscriptions, BillingRules rules, DateTimeOffset now)
    {
        var access = subscriptions.Select(one => (Subscription: one, Access: AccessOf(one, rules.PastDueGrace)))
            .Where(one => one.Access is { } until && until > now)
            .Select(one => (one.Subscription, Until: one.Access!.Value, Tier: rules.Products.GetValueOrDefault(one.Subscription.ProductId)))
            .Where(one => one.Tier is not null)
            .OrderByDescending(one => rules.RankOf(one.Tier!))
            .ThenByDescending(one => one.Subscription.PeriodEnd)
            .ThenBy(one => one.Subscription.Id, StringComparer.Ordinal)
            .ToList();
        if (access is not [var best, ..])
        {
            return new(User.FreeTier, Subscription: null, NextChangeAt: null);
        }

        var next = access.Min(one => one.Until);
        return new(best.Tier!, best.Subscription, next == DateTimeOffset.MaxValue ? null : next);
    }

    /// <summary>
    /// Returns the time until which a subscription gives access: <see cref="DateTimeOffset.MaxValue"/> if no end is known, null if it gives none.
    /// </summary>
    public static DateTimeOffset? AccessOf(Subscription subscription, TimeSpan grace)
    {
        if (subscription.RevokedAt >= subscription.SaidAt)
        {
            return null;
        }

        var end = subscription.EndsAt ?? (subscription.CancelsAtPeriodEnd ? subscription.PeriodEnd : null);
        DateTimeOffset? until = subscription.Status switch
        {
            _ when SubscriptionStatus.IsActive(subscription.Status) =>
                subscription.UnlistedAt is { } unlistedAt ? Earlier(end, Add(unlistedAt, grace)) : end ?? DateTimeOffset.MaxValue,
            SubscriptionStatus.PastDue => Earlier(end, Add(subscription.PastDueAt ?? subscription.SaidAt, grace)),
            SubscriptionStatus.Canceled when !(subscription.RevokedAt >= (subscription.ActiveAt ?? DateTimeOffset.MinValue)) => end ?? subscription.PeriodEnd,
            _ => null,
        };
        return until is null || subscription.EndedAt is null ? until : Earlier(subscription.EndedAt, until.Value);
    }

    private static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) => one < other ? one.Value : other;

    private static DateTimeOffset Add(DateTimeOffset time, TimeSpan span) =>
        time > DateTimeOffset.MaxValue - span ? DateTimeOffset.MaxValue : time + span;
}
