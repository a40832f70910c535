using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>What a user sees at each step of a subscription's life.</summary>
public sealed class SubscriptionLifeTests(BillingApp app) : IClassFixture<BillingApp>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_subscription_counts_at_once_in_tokens_and_keys_and_its_owner_gets_an_email()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        Assert.Equal("free", await VerifiedTierAsync(app.WithKey(key)));
        var now = app.Clock.GetUtcNow();

        await app.ApplyAsync(
            "subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id, periodStart: now.AddDays(-1), periodEnd: now.AddDays(29)));

        // The event is seen in the database a moment before the server that has committed it forgets the cached tier.
        await Poll.UntilAsync(Soon, "the key has the tier", async () => await VerifiedTierAsync(app.WithKey(key)) == "pro");
        Assert.Equal("pro", await VerifiedTierAsync(http));
        Assert.Equal("pro", (await (await http.FetchAsync("/api/v1/auth/me")).JsonAsync(HttpStatusCode.OK)).GetProperty("subscription_tier").GetString());
        var mail = await app.Mailbox.WaitAsync(user.Email, "tier_changed");
        Assert.Contains("from free to pro", mail.TextBody, StringComparison.Ordinal);
        var billing = await http.BillingAsync();
        Assert.Equal("pro", billing.GetProperty("subscription_tier").GetString());
        var shown = billing.GetProperty("subscription");
        Assert.Equal("active", shown.GetProperty("status").GetString());
        Assert.Equal("prod_pro", shown.GetProperty("product_id").GetString());
        Assert.Equal("pro", shown.GetProperty("tier").GetString());
        Assert.Equal(now.AddDays(29), shown.GetProperty("current_period_end").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
        Assert.False(shown.GetProperty("cancel_at_period_end").GetBoolean());
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("past_due_since").ValueKind);
        var recorded = await AuditAsync(user.Id);
        Assert.Equal(["free"], recorded.Select(one => one.GetProperty("details").GetProperty("before").GetProperty("subscription_tier").GetString()));
        Assert.Equal(["pro"], recorded.Select(one => one.GetProperty("details").GetProperty("after").GetProperty("subscription_tier").GetString()));
        Assert.All(recorded, one => Assert.Equal(JsonValueKind.Null, one.GetProperty("actor_id").ValueKind));
    }

    [Fact]
    public async Task A_customer_whose_card_fails_keeps_the_tier_for_the_grace_loses_it_after_and_gets_it_back_on_recovery()
    {
        var user = await app.RegisterAsync();
        var sub = $"sub {user.Id}";
        await app.ApplyAsync("subscription.active", Webhooks.Subscription(sub, user.Id));
        var failedAt = app.Clock.GetUtcNow().AddMinutes(1);

        await app.ApplyAsync("subscription.past_due", Webhooks.Subscription(sub, user.Id, "past_due", pastDueAt: failedAt), failedAt);
        await app.ApplyAsync("customer.state_changed", Webhooks.State(user.Id), failedAt.AddSeconds(1));
        Assert.Equal("pro", await TierAsync(user.Id));
        var shown = (await (await app.SignedInAsync(user)).BillingAsync()).GetProperty("subscription");
        Assert.Equal("past_due", shown.GetProperty("status").GetString());
        Assert.Equal(failedAt, shown.GetProperty("past_due_since").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));

        app.Clock.Advance(TimeSpan.FromDays(20));
        await app.ApplyAsync("customer.state_changed", Webhooks.State(user.Id));
        Assert.Equal("pro", await TierAsync(user.Id));

        app.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(2));
        await Poll.UntilAsync(Soon, "the grace ends by itself", async () => await TierAsync(user.Id) == "free");
        await app.Mailbox.WaitAsync(user.Email, "tier_changed", count: 2);

        await app.ApplyAsync("subscription.active", Webhooks.Subscription(sub, user.Id));
        Assert.Equal("pro", await TierAsync(user.Id));
        shown = (await (await app.SignedInAsync(user)).BillingAsync()).GetProperty("subscription");
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("past_due_since").ValueKind);
        Assert.Equal(3, (await AuditAsync(user.Id)).Count);
    }

    [Fact]
    public async Task A_subscription_that_vanishes_from_the_snapshot_keeps_its_tier_for_the_grace()
    {
        var user = await app.RegisterAsync();
        await app.ApplyAsync("customer.state_changed", Webhooks.State(user.Id, ($"sub {user.Id}", "prod_pro")));
        Assert.Equal("pro", await TierAsync(user.Id));

        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await app.ApplyAsync("customer.state_changed", Webhooks.State(user.Id));
        Assert.Equal("pro", await TierAsync(user.Id));

        app.Clock.Advance(TimeSpan.FromDays(10));
        await app.ApplyAsync("customer.state_changed", Webhooks.State(user.Id));
        app.Clock.Advance(TimeSpan.FromDays(11));
        await Poll.UntilAsync(Soon, "the grace ends", async () => await TierAsync(user.Id) == "free");
    }

    [Fact]
    public async Task A_canceled_subscription_keeps_its_tier_until_its_end_even_if_no_other_event_arrives()
    {
        var user = await app.RegisterAsync();
        var end = app.Clock.GetUtcNow().AddDays(10);
        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id, periodEnd: end));
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await app.ApplyAsync("subscription.canceled", Webhooks.Subscription($"sub {user.Id}", user.Id, periodEnd: end, cancels: true, endsAt: end));

        app.Clock.Advance(TimeSpan.FromDays(9));
        Assert.Equal("pro", await TierAsync(user.Id));
        Assert.True((await (await app.SignedInAsync(user)).BillingAsync()).GetProperty("subscription").GetProperty("cancel_at_period_end").GetBoolean());
        app.Clock.Advance(TimeSpan.FromDays(1));
        await Poll.UntilAsync(Soon, "its time is over", async () => await TierAsync(user.Id) == "free");
    }

    [Fact]
    public async Task A_revoked_subscription_ends_at_once()
    {
        var user = await app.RegisterAsync();
        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id, product: "prod_enterprise"));
        Assert.Equal("enterprise", await TierAsync(user.Id));
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        await app.ApplyAsync(
            "subscription.revoked",
            Webhooks.Subscription($"sub {user.Id}", user.Id, "canceled", "prod_enterprise", periodEnd: app.Clock.GetUtcNow().AddDays(10)));

        Assert.Equal("free", await TierAsync(user.Id));
    }

    [Fact]
    public async Task An_older_event_never_overwrites_a_newer_one()
    {
        var user = await app.RegisterAsync();
        var now = app.Clock.GetUtcNow();
        await app.ApplyAsync("subscription.updated", Webhooks.Subscription($"sub {user.Id}", user.Id, product: "prod_enterprise"), now);
        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id), now.AddMinutes(-5));
        await app.ApplyAsync("customer.state_changed", Webhooks.State(user.Id), now.AddMinutes(-4));

        Assert.Equal("enterprise", await TierAsync(user.Id));
        var saidAt = (DateTime)(await app.SqlAsync("SELECT said_at FROM billing_subscriptions WHERE user_id = $1", user.Id))!;
        Assert.Equal(now, saidAt, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task The_choice_of_an_administrator_stays_until_billing_says_something_new()
    {
        var user = await app.RegisterAsync();
        var staff = await app.AdminAsync();
        await SetTierAsync(staff, user.Id, "enterprise");
        await app.ApplyAsync("customer.state_changed", Webhooks.State(user.Id));
        Assert.Equal("enterprise", await TierAsync(user.Id));

        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await app.ApplyAsync("customer.state_changed", Webhooks.State(user.Id, ($"sub {user.Id}", "prod_pro")));
        Assert.Equal("pro", await TierAsync(user.Id));

        await SetTierAsync(await app.AdminAsync(), user.Id, "enterprise");
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await app.ApplyAsync("customer.state_changed", Webhooks.State(user.Id, ($"sub {user.Id}", "prod_pro")));
        await app.ApplyAsync("subscription.cycled", Webhooks.Subscription($"sub {user.Id}", user.Id));
        Assert.Equal("enterprise", await TierAsync(user.Id));

        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await app.ApplyAsync("subscription.revoked", Webhooks.Subscription($"sub {user.Id}", user.Id, "canceled"));
        Assert.Equal("free", await TierAsync(user.Id));
    }

    [Fact]
    public async Task A_checkout_that_isnt_paid_for_takes_nothing_from_an_administrators_choice()
    {
        var user = await app.RegisterAsync();
        await SetTierAsync(await app.AdminAsync(), user.Id, "pro");

        await app.ApplyAsync("subscription.created", Webhooks.Subscription($"sub {user.Id}", user.Id, "incomplete"));
        await app.ApplyAsync("subscription.updated", Webhooks.Subscription($"sub {user.Id}", user.Id, "incomplete_expired"));

        Assert.Equal("pro", await TierAsync(user.Id));
    }

    [Fact]
    public async Task The_end_of_a_subscription_that_another_program_has_begun_counts()
    {
        var user = await app.RegisterAsync();
        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", user.Id);

        await app.ApplyAsync("subscription.revoked", Webhooks.Subscription($"sub {user.Id}", user.Id, "canceled"));

        Assert.Equal("free", await TierAsync(user.Id));
    }

    [Fact]
    public async Task The_end_counts_even_if_a_snapshot_without_the_subscription_arrives_first()
    {
        var user = await app.RegisterAsync();
        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", user.Id);
        await app.ApplyAsync("customer.state_changed", Webhooks.State(user.Id));
        Assert.Equal("pro", await TierAsync(user.Id));

        await app.ApplyAsync("subscription.revoked", Webhooks.Subscription($"sub {user.Id}", user.Id, "unpaid"));

        Assert.Equal("free", await TierAsync(user.Id));
    }

    [Fact]
    public async Task Of_several_subscriptions_the_greatest_tier_counts()
    {
        var user = await app.RegisterAsync();
        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"one {user.Id}", user.Id));
        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"two {user.Id}", user.Id, product: "prod_enterprise"));
        Assert.Equal("enterprise", await TierAsync(user.Id));
        Assert.Equal(
            "prod_enterprise", (await (await app.SignedInAsync(user)).BillingAsync()).GetProperty("subscription").GetProperty("product_id").GetString());

        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await app.ApplyAsync("subscription.revoked", Webhooks.Subscription($"two {user.Id}", user.Id, "canceled", "prod_enterprise"));

        Assert.Equal("pro", await TierAsync(user.Id));
    }

    [Fact]
    public async Task A_product_that_nobody_mapped_gives_no_tier_and_the_log_names_it()
    {
        var user = await app.RegisterAsync();

        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id, product: $"prod {user.Id}"));

        Assert.Equal("free", await TierAsync(user.Id));
        Assert.Equal(1, app.CountLogLines($"its product prod {user.Id} isn't in POLAR_PRODUCTS"));
        Assert.Equal(
            JsonValueKind.Null, (await (await app.SignedInAsync(user)).BillingAsync()).GetProperty("subscription").GetProperty("tier").ValueKind);
    }

    [Fact]
    public async Task A_refund_leaves_the_access()
    {
        var user = await app.RegisterAsync();
        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id));

        await app.ApplyAsync("order.refunded", new { id = "order", customer = new { id = Webhooks.CustomerOf(user.Id), external_id = user.Id } });

        Assert.Equal("pro", await TierAsync(user.Id));
    }

    [Fact]
    public async Task A_product_that_is_mapped_later_counts_after_the_restart()
    {
        var user = await app.RegisterAsync();
        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id, product: "prod_late"));
        Assert.Equal("free", await TierAsync(user.Id));

        app.StartReplica(out var restarted, ("POLAR_PRODUCTS", $"{BillingApp.Products},prod_late=enterprise"));
        using (restarted)
        {
            await Poll.UntilAsync(Soon, "the tier is decided again", async () => await TierAsync(user.Id) == "enterprise");
        }
    }

    [Theory]
    [InlineData("paused")]
    [InlineData("unpaid")]
    public async Task A_first_event_that_ends_the_access_counts_for_a_user_of_the_former_program(string status)
    {
        var user = await app.RegisterAsync();
        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", user.Id);

        await app.ApplyAsync($"subscription.{(status == "paused" ? "paused" : "updated")}", Webhooks.Subscription($"sub {user.Id}", user.Id, status));

        Assert.Equal("free", await TierAsync(user.Id));
    }

    [Fact]
    public async Task A_tier_is_known_to_other_replicas_at_once()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        var other = app.StartReplica(out var replica);
        using (replica)
        {
            other.DefaultRequestHeaders.Add("X-API-Key", key);
            Assert.Equal("free", await VerifiedTierAsync(other));

            await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id));

            await Poll.UntilAsync(TimeSpan.FromSeconds(5), "the other replica knows", async () => await VerifiedTierAsync(other) == "pro");
        }

        Assert.NotEmpty(tokens.AccessToken);
    }

    private static async Task<string?> VerifiedTierAsync(HttpClient http)
    {
        var answer = await http.FetchAsync("/api/v1/auth/verify");
        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        return answer.Headers.GetValues("X-Auth-Tier").Single();
    }

    private static async Task SetTierAsync(TwoFactorUser staff, Guid userId, string tier) =>
        await (await staff.Http.PatchAsync($"/api/v1/admin/users/{userId}", new { subscription_tier = tier })).ShouldBeAsync(HttpStatusCode.OK);

    private async Task<string?> TierAsync(Guid userId) => (string?)await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", userId);

    private async Task<List<JsonElement>> AuditAsync(Guid userId) =>
    [
        .. (await (await (await app.SupportAsync()).Http.FetchAsync($"/api/v1/admin/audit-events?user={userId}&action=billing.tier_changed"))
            .JsonAsync(HttpStatusCode.OK)).GetProperty("items").EnumerateArray(),
    ];
}
