namespace Cortex.IdentityServer.Features.Billing.Subscriptions;

/// <summary>What Polar said of a subscription at some time. Values that it left out are null.</summary>
/// <param name="Id">Polar's id of the subscription.</param>
/// <param name="ProductId">Polar's id of the product.</param>
/// <param name="Status">The status, such as <c>active</c>; Polar may add others.</param>
/// <param name="SaidAt">When Polar said so.</param>
/// <param name="SaidBy">The id of the webhook, which decides between two statements with the same time.</param>
internal sealed record SubscriptionFacts(string Id, string ProductId, string Status, DateTimeOffset SaidAt, string SaidBy)
{
    public string? CustomerId { get; init; }

    /// <summary>The user who bought it in a checkout of this server; null if it was bought elsewhere.</summary>
    public Guid? BuyerId { get; init; }

    public DateTimeOffset? PeriodStart { get; init; }

    public DateTimeOffset? PeriodEnd { get; init; }

    public bool? CancelsAtPeriodEnd { get; init; }

    public DateTimeOffset? EndsAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public DateTimeOffset? PastDueAt { get; init; }

    /// <summary>Whether Polar has revoked the subscription, which ends the access at once.</summary>
    public bool IsRevocation { get; init; }
}
