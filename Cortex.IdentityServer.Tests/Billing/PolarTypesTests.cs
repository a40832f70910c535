using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Billing;

/// <remarks>
/// Polar's SDK trusts what it receives, so that it works with the stub says little about the shapes. Here the TypeScript compiler compares the stub's
/// answers and webhooks with the SDK's types: every field has to be there, have the right type, and be known.
/// </remarks>
public sealed class PolarTypesTests
{
    /// <summary>The SDK confuses the status of a subscription in a customer's state with that of a license key, because both types are named Status.</summary>
    private const string Types =
        """
        import { models, webhooks } from "@polar-sh/sdk/2026-10";
        type Active = Omit<models.CustomerStateSubscription, "status"> & { status: "active" | "trialing" };
        type State = Omit<models.CustomerStateIndividual, "active_subscriptions"> & { active_subscriptions: Active[] };
        type StateChanged = Omit<webhooks.WebhookCustomerStateChangedPayload, "data"> & { data: State };
        """;

    private static readonly PolarMeter Meter = new(Guid.NewGuid(), "Tokens", "usage", "tokens");

    [Fact]
    public async Task Answers_and_webhooks_have_the_types_of_the_SDK()
    {
        await using var receiver = await PolarReceiver.StartAsync();
        await using var polar = await PolarStub.StartAsync(new() { Meters = [Meter], WebhookTarget = receiver.Url }, TestContext.Current.CancellationToken);
        polar.AddCustomer("user", "ada@example.com").Subscribe(PolarStubOptions.Pro.Id);
        var times = new { start_timestamp = "2026-09-01T00:00:00Z", end_timestamp = "2026-09-03T00:00:00Z", interval = "day" };
        (string Type, string Method, object?[] Arguments)[] calls =
        [
            ("models.EventsIngestResponse", "events.ingest", [new
            {
                events = new[] { new { name = "usage", external_customer_id = "user", timestamp = "2026-09-01T00:00:00Z", metadata = new { tokens = 0.5 } } },
            }]),
            ("models.Checkout", "checkouts.create", [new
            {
                products = new[] { PolarStubOptions.Pro.Id, PolarStubOptions.Enterprise.Id }, external_customer_id = "user",
                return_url = "https://app.example.com/", metadata = new { from = "console" },
            }]),
            ("models.CustomerSession", "customerSessions.create", [new { external_customer_id = "user" }]),
            ("State", "customers.getStateExternal", ["user"]),
            ("models.Customer", "customers.getExternal", ["user"]),
            ("models.ListResourceCustomer", "customers.list", []),
            ("models.ListResourceSubscription", "subscriptions.list", []),
            ("models.ListResourceOrder", "orders.list", []),
            ("models.ListResourceProduct", "products.list", []),
            ("models.ListResourceCheckout", "checkouts.list", []),
            ("models.ListResourceMeter", "meters.list", []),
            ("models.ListResourceCustomerMeter", "customerMeters.list", []),
            ("models.MeterQuantities", "meters.quantities", [Meter.Id, times]),
            ("models.ListResourceWebhookDelivery", "webhooks.listWebhookDeliveries", []),
            ("models.ListResourceWebhookEndpoint", "webhooks.listWebhookEndpoints", []),
        ];
        await polar.Webhooks.DrainAsync(TimeSpan.FromSeconds(30));

        var results = await PolarSdk.CallAsync(polar, [.. calls.Select(call => (call.Method, call.Arguments))]);
        var webhooks = PolarSamples.Webhooks(polar);

        var lines = calls.Zip(results, (call, result) => $"({result.Answer}) satisfies {call.Type}; // {call.Method}")
            .Concat(webhooks.Select(webhook =>
                $"({webhook.Text}) satisfies {(webhook.Type == "customer.state_changed" ? "StateChanged" : "webhooks.WebhookPayload")}; // {webhook.Type}"))
            .ToList();

        // The compiler reports a line that was expected to be wrong, but isn't.
        var wrong = new[] { lines[1], lines[^1] }.Select(line => "// @ts-expect-error\n" + line.Replace("_at\":", "_when\":", StringComparison.Ordinal));
        Assert.Empty((await Node.CompileAsync(string.Join('\n', [Types, .. lines, .. wrong]))).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
