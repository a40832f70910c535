namespace Cortex.Polar;

/// <summary>The types of webhooks that the stub sends.</summary>
public static class PolarEventTypes
{
    public static IReadOnlyList<string> Subscription { get; } =
    [
        "subscription.created", "subscription.updated", "subscription.active", "subscription.canceled", "subscription.uncanceled", "subscription.cycled",
        "subscription.revoked", "subscription.past_due", "subscription.paused", "subscription.resumed", "subscription.migrated",
    ];

    public static IReadOnlyList<string> Order { get; } = ["order.created", "order.updated", "order.paid", "order.refunded"];

    public static IReadOnlyList<string> Customer { get; } = ["customer.created", "customer.updated", "customer.deleted", "customer.state_changed"];

    public static IReadOnlyList<string> Checkout { get; } = ["checkout.created", "checkout.updated", "checkout.expired"];

    public static IReadOnlyList<string> Sent { get; } = [.. Subscription, .. Order, .. Customer, .. Checkout];
}
