using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>Where a subscription is shown.</summary>
public sealed class BillingOverviewTests(BillingApp app) : IClassFixture<BillingApp>
{
    [Fact]
    public async Task Without_a_subscription_the_products_are_listed()
    {
        var (_, _, http) = await app.SignUpAsync();

        var billing = await http.BillingAsync();

        Assert.Equal("free", billing.GetProperty("subscription_tier").GetString());
        Assert.Equal(JsonValueKind.Null, billing.GetProperty("subscription").ValueKind);
        Assert.False(billing.GetProperty("portal_available").GetBoolean());
        Assert.Equal(
            [("prod_pro", "pro"), ("prod_enterprise", "enterprise")],
            billing.GetProperty("products").EnumerateArray().Select(one => (one.GetProperty("id").GetString(), one.GetProperty("tier").GetString())));
    }

    [Fact]
    public async Task Staff_sees_the_subscription_on_the_page_of_the_user()
    {
        var user = await app.RegisterAsync();
        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id));

        var shown = await (await (await app.SupportAsync()).Http.FetchAsync($"/api/v1/admin/users/{user.Id}")).JsonAsync(HttpStatusCode.OK);

        Assert.Equal("active", shown.GetProperty("subscription").GetProperty("status").GetString());
        Assert.Equal("pro", shown.GetProperty("subscription_tier").GetString());
        var billing = await (await (await app.SupportAsync()).Http.FetchAsync($"/api/v1/admin/users/{user.Id}/billing")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(shown.GetProperty("subscription").GetRawText(), billing.GetProperty("subscription").GetRawText());
        Assert.Equal(2, billing.GetProperty("products").GetArrayLength());
    }

    [Fact]
    public async Task The_export_contains_the_subscription_and_a_deletion_removes_everything()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id));

        var export = await (await http.FetchAsync("/api/v1/auth/me/export")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal($"sub {user.Id}", Assert.Single(export.GetProperty("subscriptions").EnumerateArray().ToList()).GetProperty("id").GetString());
        Assert.Single(export.GetProperty("billing_events").EnumerateArray().ToList());

        using var deletion = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/auth/me") { Content = JsonContent.Create(new { password = user.Password }) };
        await (await http.SendAsync(deletion, TestContext.Current.CancellationToken)).ShouldBeAsync(HttpStatusCode.NoContent);
        foreach (var table in new[] { "billing_subscriptions", "billing_customers", "billing_accounts", "billing_events" })
        {
            Assert.Equal(0L, await app.SqlAsync($"SELECT count(*) FROM {table} WHERE user_id = $1", user.Id));
        }
    }
}
