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

    [Theory]
    [InlineData("active", false, null, null)]
    [InlineData("active", true, null, 10.0)]
    [InlineData("active", true, 4.0, 4.0)]
    [InlineData("past_due", false, null, 21.0)]
    [InlineData("past_due", true, null, 10.0)]
    [InlineData("canceled", false, null, 10.0)]
    [InlineData("unpaid", false, null, null)]
    [InlineData("paused", false, null, null)]
    public async Task The_end_of_the_access_is_shown(string status, bool cancels, double? endsAfterDays, double? accessDays)
    {
        var (user, _, http) = await app.SignUpAsync();
        var now = app.Clock.GetUtcNow();
        DateTimeOffset? endsAt = endsAfterDays is { } days ? now.AddDays(days) : null;
        await app.ApplyAsync("subscription.updated", Webhooks.Subscription(
            $"sub {user.Id}", user.Id, status, periodStart: now.AddDays(-20), periodEnd: now.AddDays(10), cancels: cancels, endsAt: endsAt,
            pastDueAt: status == "past_due" ? now : null));

        var until = (await http.BillingAsync()).GetProperty("subscription").GetProperty("access_until");

        var expected = accessDays is null ? (DateTimeOffset?)null : now.AddDays(accessDays.Value);
        var shown = until.ValueKind == JsonValueKind.Null ? (DateTimeOffset?)null : until.GetDateTimeOffset();
        Assert.Equal(expected is null, shown is null);
        Assert.InRange((shown - expected).GetValueOrDefault().Duration(), TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task A_revoked_subscription_gives_no_access_and_an_expired_one_says_when_it_ended()
    {
        var (user, _, http) = await app.SignUpAsync();
        var now = app.Clock.GetUtcNow();
        await app.ApplyAsync("subscription.past_due", Webhooks.Subscription($"sub {user.Id}", user.Id, "past_due", pastDueAt: now.AddDays(-30)), now);
        var shown = (await http.BillingAsync()).GetProperty("subscription").GetProperty("access_until").GetDateTimeOffset();
        Assert.Equal(now.AddDays(-9), shown, TimeSpan.FromMilliseconds(1));

        await app.ApplyAsync(
            "subscription.revoked", Webhooks.Subscription($"sub {user.Id}", user.Id, "canceled", periodEnd: now.AddDays(10)), now.AddSeconds(1));
        Assert.Equal(JsonValueKind.Null, (await http.BillingAsync()).GetProperty("subscription").GetProperty("access_until").ValueKind);
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
