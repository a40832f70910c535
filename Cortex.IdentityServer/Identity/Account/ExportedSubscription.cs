namespace Cortex.IdentityServer.Identity.Account;

/// <summary>What the payment provider last said of a subscription.</summary>
/// <param name="Id">The provider's id of the subscription.</param>
/// <param name="CustomerId">The provider's id of the customer.</param>
/// <param name="ProductId">The provider's id of the product.</param>
/// <param name="Status">The status.</param>
/// <param name="CurrentPeriodStart">The start of the billing period.</param>
/// <param name="CurrentPeriodEnd">The end of the billing period.</param>
/// <param name="CancelAtPeriodEnd">Whether the subscription ends with the billing period.</param>
/// <param name="EndedAt">When the subscription ended.</param>
/// <param name="PastDueAt">When the payment failed; null unless it is past due.</param>
/// <param name="SaidAt">When the provider said so.</param>
internal sealed record ExportedSubscription(
    string Id,
    string CustomerId,
    string ProductId,
    string Status,
    DateTimeOffset? CurrentPeriodStart,
    DateTimeOffset? CurrentPeriodEnd,
    bool CancelAtPeriodEnd,
    DateTimeOffset? EndedAt,
    DateTimeOffset? PastDueAt,
    DateTimeOffset SaidAt);
