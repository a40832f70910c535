using Cortex.IdentityServer.Features.Billing.Subscriptions;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>An event of Polar, reduced to what this server uses.</summary>
/// <param name="Type">The type, such as <c>subscription.active</c>.</param>
/// <param name="Customer">The customer that the event is about; null if it names none.</param>
/// <param name="Statement">What the event says about subscriptions.</param>
internal sealed record PolarEvent(string Type, PolarCustomer? Customer, PolarStatement Statement)
{
    private const string CustomerStateChanged = "customer.state_changed";

    /// <summary>Whether the event waits for its user to appear: it is about a subscription, an order, or a customer.</summary>
    public bool NeedsUser => Customer is not null && (IsAboutSubscription || IsAboutOrder || Type.StartsWith("customer.", StringComparison.Ordinal));

    public bool IsAboutSubscription => Type.StartsWith("subscription.", StringComparison.Ordinal);

    /// <summary>Whether the event records a payment, which is kept even though it changes nothing.</summary>
    public bool IsAboutOrder => Type.StartsWith("order.", StringComparison.Ordinal);

    public bool IsSnapshot => Type == CustomerStateChanged;
}
