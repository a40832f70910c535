using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>
/// A subscription belongs to the user who has bought it. If somebody pays with the email address of an existing customer, Polar adds the subscription to that
/// customer, whoever that is.
/// </summary>
public sealed class BuyerTests(SyncApp app) : IClassFixture<SyncApp>
{
    [Fact]
    public async Task The_checkout_names_the_user()
    {
        var (user, _, http) = await app.SignUpAsync();
        app.Polar.ForgetRequests();

        await http.BuyAsync(PolarStubOptions.Pro.Id).UrlAsync();

        var sent = JsonDocument.Parse(Assert.Single(app.Polar.Requests).Body).RootElement;
        Assert.Equal(user.Id, sent.GetProperty("metadata").GetProperty("cortex_user_id").GetGuid());
    }

    [Fact]
    public async Task Somebody_who_registers_again_after_deleting_the_account_can_buy_again()
    {
        var (user, _, http) = await app.SignUpAsync();
        var customer = app.Polar.AddCustomer(Guid.NewGuid().ToString(), user.Email);

        var subscription = await BuyAsync(http);

        Assert.Same(customer, subscription.Customer);
        Assert.Equal("pro", await TierAsync(user.Id));
        await (await http.OpenPortalAsync()).ShouldBeAsync(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromHours(2));
        subscription.ChangeProduct(PolarStubOptions.Enterprise.Id);
        app.Clock.Advance(TimeSpan.FromHours(2));
        await app.SweepAsync(user.Id);
        Assert.Equal("enterprise", await TierAsync(user.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_pays_with_the_address_of_another_users_customer_gets_the_tier_and_nothing_else(bool isReversed)
    {
        var other = await app.RegisterAsync();
        var (user, _, http) = await app.SignUpAsync();
        var customer = app.Polar.AddCustomer(other.Id.ToString(), user.Email);

        var subscription = await BuyAsync(http, isReversed);

        Assert.Same(customer, subscription.Customer);
        Assert.Equal(("pro", "free"), (await TierAsync(user.Id), await TierAsync(other.Id)));
        await (await http.OpenPortalAsync()).ShouldBeProblemAsync(409, "no_customer");
        Assert.False((await http.BillingAsync()).GetProperty("portal_available").GetBoolean());

        app.Clock.Advance(TimeSpan.FromHours(2));
        await app.SweepAsync(other.Id);
        await DeliverAsync(customer.ReportState());
        Assert.Equal(("pro", "free"), (await TierAsync(user.Id), await TierAsync(other.Id)));
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await DeliverAsync(subscription.Revoke());
        Assert.Equal(("free", "free"), (await TierAsync(user.Id), await TierAsync(other.Id)));
    }

    /// <summary>Buys a subscription, and delivers its webhooks.</summary>
    private async Task<PolarSubscription> BuyAsync(HttpClient http, bool isReversed = false)
    {
        var checkout = app.Polar.Checkout(await http.BuyAsync(PolarStubOptions.Pro.Id).UrlAsync());
        var webhooks = checkout.Pay();
        await DeliverAsync(isReversed ? webhooks.Reverse() : webhooks);
        return checkout.Subscription!;
    }

    private async Task DeliverAsync(IEnumerable<PolarWebhook> webhooks)
    {
        using var http = new HttpClient();
        foreach (var webhook in webhooks)
        {
            using var request = app.Polar.Webhooks.Request(webhook, new Uri(app.BaseAddress, Webhooks.Route));
            await (await http.SendAsync(request, TestContext.Current.CancellationToken)).ShouldBeAsync(HttpStatusCode.Accepted);
        }

        await Poll.UntilAsync(
            TimeSpan.FromSeconds(30),
            "all webhooks are worked on",
            async () => (bool)(await app.SqlAsync(
                "SELECT NOT EXISTS (SELECT FROM billing_inbox WHERE processed_at IS NULL AND polar_event_id = ANY ($1))",
                [webhooks.Select(webhook => webhook.Id.ToString()).ToArray()]))!);
    }

    private async Task<string?> TierAsync(Guid userId) => (string?)await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", userId);
}
