using Cortex.IdentityServer.Features.Billing.Subscriptions;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Overview;

/// <summary>A subscription, as the payment provider last reported it.</summary>
/// <param name="Status">
/// The provider's status: <c>active</c>, <c>trialing</c>, <c>past_due</c>, <c>canceled</c>, <c>unpaid</c>, <c>paused</c>, <c>incomplete</c>, or another one.
/// </param>
/// <param name="ProductId">The provider's id of the product.</param>
/// <param name="Tier">The tier that the product stands for; null if the operator hasn't assigned one.</param>
/// <param name="CurrentPeriodStart">The start of the billing period, for which quotas count.</param>
/// <param name="CurrentPeriodEnd">The end of the billing period.</param>
/// <param name="CancelAtPeriodEnd">Whether the subscription ends with the billing period.</param>
/// <param name="PastDueSince">When the payment failed; null unless it is past due. The tier stays for the grace that the operator has configured.</param>
/// <param name="AccessUntil">
/// When the access that the subscription gives ends or has ended: the end of the grace if it is past due, and the end of the paid time if it was canceled;
/// null if no end is known, or if it gives no access.
/// </param>
internal sealed record SubscriptionResponse(
    string Status,
    string ProductId,
    string? Tier,
    DateTimeOffset? CurrentPeriodStart,
    DateTimeOffset? CurrentPeriodEnd,
    bool CancelAtPeriodEnd,
    DateTimeOffset? PastDueSince,
    DateTimeOffset? AccessUntil) : IExample<SubscriptionResponse>
{
    public static SubscriptionResponse Example => new(
        SubscriptionStatus.Active, "prod_a", "pro", ExampleValues.Time, ExampleValues.Time.AddMonths(1), CancelAtPeriodEnd: false, PastDueSince: null,
        AccessUntil: null);
}
