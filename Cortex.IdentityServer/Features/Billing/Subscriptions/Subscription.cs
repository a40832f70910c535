namespace Cortex.IdentityServer.Features.Billing.Subscriptions;

/// <summary>What is known of a subscription: what Polar last said, whatever the order in which its events arrived.</summary>
/// <param name="Id">Polar's id of the subscription.</param>
/// <param name="CustomerId">Polar's id of the customer.</param>
/// <param name="ProductId">Polar's id of the product.</param>
/// <param name="Status">The status; one of <see cref="SubscriptionStatus"/> or another.</param>
/// <param name="SaidAt">When Polar said so.</param>
/// <param name="SaidBy">The id of the webhook that said so.</param>
internal sealed record Subscription(string Id, string CustomerId, string ProductId, string Status, DateTimeOffset SaidAt, string SaidBy)
{
    public DateTimeOffset? PeriodStart { get; init; }

    public DateTimeOffset? PeriodEnd { get; init; }

    public bool CancelsAtPeriodEnd { get; init; }

    /// <summary>When it will end; null if it is renewed.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When its payment failed; null unless it is past due.</summary>
    public DateTimeOffset? PastDueAt { get; init; }

    /// <summary>When it was last revoked. A later statement that it is active prevails.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When it was last said to be active.</summary>
    public DateTimeOffset? ActiveAt { get; init; }

    /// <summary>
    /// The time of the first snapshot that no longer lists it although it was last said to be active: it has ended or is past due, and the event that says
    /// which hasn't arrived.
    /// </summary>
    public DateTimeOffset? UnlistedAt { get; init; }

    /// <summary>Whether it has ever begun: a checkout that was never paid for hasn't.</summary>
    public bool HasBegun => Status is not (SubscriptionStatus.Incomplete or SubscriptionStatus.IncompleteExpired);

    /// <summary>Returns what is known after Polar has said something more; the same record if it was older and adds nothing.</summary>
    /// <param name="known">What was known before; null for a new subscription.</param>
    /// <param name="facts">What Polar says.</param>
    /// <param name="customerId">Polar's id of the customer, which a snapshot's subscriptions don't repeat.</param>
    /// <param name="snapshotAt">The time of the newest snapshot of the customer; null without one.</param>
    public static Subscription After(Subscription? known, SubscriptionFacts facts, string customerId, DateTimeOffset? snapshotAt)
    {
        var revokedAt = facts.IsRevocation && !(known?.RevokedAt >= facts.SaidAt) ? facts.SaidAt : known?.RevokedAt;
        var isActive = SubscriptionStatus.IsActive(facts.Status) && !facts.IsRevocation;
        var activeAt = isActive && !(known?.ActiveAt >= facts.SaidAt) ? facts.SaidAt : known?.ActiveAt;
        if (known is not null && IsOlder(facts, known))
        {
            // Something older can only tell when the subscription was revoked or active, and, if Polar didn't say, since when the payment has been failing.
            var isSameFailure = known.Status == SubscriptionStatus.PastDue && facts.Status == SubscriptionStatus.PastDue
                && facts.PastDueAt is null && known.PastDueAt == known.SaidAt && facts.PeriodStart == known.PeriodStart && !(activeAt > facts.SaidAt);
            return known with
            {
                RevokedAt = revokedAt,
                ActiveAt = activeAt,
                PastDueAt = isSameFailure ? facts.SaidAt
                    : activeAt > known.PastDueAt ? known.SaidAt
                    : known.PastDueAt,
            };
        }

        return new(facts.Id, facts.CustomerId ?? customerId, facts.ProductId, facts.Status, facts.SaidAt, facts.SaidBy)
        {
            PeriodStart = facts.PeriodStart ?? known?.PeriodStart,
            PeriodEnd = facts.PeriodEnd ?? known?.PeriodEnd,
            CancelsAtPeriodEnd = facts.CancelsAtPeriodEnd ?? known?.CancelsAtPeriodEnd ?? false,
            EndsAt = facts.EndsAt,
            EndedAt = facts.EndedAt,
            PastDueAt = facts.Status != SubscriptionStatus.PastDue ? null
                : facts.PastDueAt ?? (known?.Status == SubscriptionStatus.PastDue ? known.PastDueAt : null) ?? facts.SaidAt,
            RevokedAt = revokedAt,
            ActiveAt = activeAt,
            UnlistedAt = !SubscriptionStatus.IsActive(facts.Status) ? null
                : known?.UnlistedAt > facts.SaidAt ? known.UnlistedAt
                : snapshotAt > facts.SaidAt ? snapshotAt
                : null,
        };
    }

    /// <summary>Returns what is known after a snapshot of the customer that doesn't list this subscription.</summary>
    public Subscription AfterUnlisted(DateTimeOffset snapshotAt) =>
        SubscriptionStatus.IsActive(Status) && snapshotAt > SaidAt && !(UnlistedAt <= snapshotAt) ? this with { UnlistedAt = snapshotAt } : this;

    private static bool IsOlder(SubscriptionFacts facts, Subscription known) =>
        facts.SaidAt < known.SaidAt || (facts.SaidAt == known.SaidAt && string.CompareOrdinal(facts.SaidBy, known.SaidBy) < 0);
}
