using System.Text.Json.Nodes;

namespace Cortex.Polar;

/// <summary>A paid order: the first of a subscription, or one of its renewals.</summary>
public sealed class PolarOrder
{
    private readonly PolarOrganization _organization;

    internal PolarOrder(PolarOrganization organization, PolarSubscription subscription, string billingReason, int number)
    {
        _organization = organization;
        (Subscription, BillingReason, Number, CreatedAt) = (subscription, billingReason, number, organization.Now);
    }

    public Guid Id { get; } = Guid.NewGuid();

    public PolarSubscription Subscription { get; }

    /// <summary>Why there is an order: <c>subscription_create</c> or <c>subscription_cycle</c>.</summary>
    public string BillingReason { get; }

    public int Number { get; }

    public DateTimeOffset CreatedAt { get; }

    public DateTimeOffset? ModifiedAt { get; private set; }

    public int RefundedAmount { get; private set; }

    public int Amount => Subscription.Product.PriceInCents;

    internal IReadOnlyList<PolarWebhook> Webhooks { get; set; } = [];

    /// <summary>Refunds all of it. A subscription keeps its access when an order of it is refunded.</summary>
    public IReadOnlyList<PolarWebhook> Refund() => _organization.Change(() =>
    {
        (RefundedAmount, ModifiedAt) = (Amount, _organization.Now);
        return _organization.Webhooks.Emit([("order.updated", this), ("order.refunded", this)]);
    });

    /// <summary>The order as the API and webhooks show it.</summary>
    public JsonObject ToJson() => Shapes.OrderShape.Of(this, _organization);
}
