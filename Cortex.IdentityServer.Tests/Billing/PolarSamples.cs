using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>One of each kind of webhook.</summary>
internal static class PolarSamples
{
    public static List<PolarWebhook> Webhooks(PolarStub polar)
    {
        var customer = polar.AddCustomer("user-Ü", "ada+1@example.com");
        var subscription = customer.Subscribe(PolarStubOptions.Pro.Id);
        var checkout = NewCheckout(polar);
        return
        [
            .. PolarEventTypes.Subscription.Select(type => polar.Webhooks.Build(type, subscription)),
            .. subscription.FailPayment(),
            .. subscription.Recover(),
            .. subscription.CancelAtEndOfPeriod(),
            .. subscription.Uncancel(),
            .. subscription.Pause(polar.Options.Clock.GetUtcNow().AddDays(40)),
            .. subscription.Resume(),
            .. subscription.Cycle(),
            .. PolarEventTypes.Order.Select(type => polar.Webhooks.Build(type, polar.Orders[0])),
            .. polar.Orders[0].Refund(),
            .. subscription.Revoke(),
            .. PolarEventTypes.Customer.Select(type => polar.Webhooks.Build(type, customer)),
            .. customer.Delete(),
            .. PolarEventTypes.Checkout.Select(type => polar.Webhooks.Build(type, checkout)),
        ];
    }

    /// <summary>A checkout that is open.</summary>
    public static PolarCheckout NewCheckout(PolarStub polar) => polar.AddCheckout(PolarStubOptions.Pro.Id, "other", "bob@example.com");
}
