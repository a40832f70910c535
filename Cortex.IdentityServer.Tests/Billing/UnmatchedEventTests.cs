using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>Events whose user isn't known when they arrive.</summary>
public sealed class UnmatchedEventTests(BillingApp app) : IClassFixture<BillingApp>
{
    private const string Route = "/api/v1/admin/billing-events";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task An_event_waits_until_its_user_appears()
    {
        var future = Guid.NewGuid();
        var id = await SendUnmatchedAsync(Webhooks.Subscription($"sub {future}", future));

        await app.SqlAsync("INSERT INTO users (id, email, password_hash) VALUES ($1, $2, '!')", future, app.NewEmail());

        await app.WaitForEventAsync(id);
        Assert.Equal("pro", await TierAsync(future));
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM billing_inbox WHERE polar_event_id = $1", id));
    }

    [Fact]
    public async Task An_email_counts_only_once_it_is_verified_here()
    {
        var user = await app.RegisterAsync();
        var id = await SendUnmatchedAsync(Webhooks.Subscription($"sub {user.Id}", null, customer: $"cus {user.Id}", email: user.Email.ToUpperInvariant()));
        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);
        Assert.Equal("free", await TierAsync(user.Id));

        await app.SqlAsync("UPDATE users SET is_verified = true WHERE id = $1", user.Id);

        await app.WaitForEventAsync(id);
        Assert.Equal("pro", await TierAsync(user.Id));
    }

    [Fact]
    public async Task An_email_doesnt_count_if_the_customer_was_created_for_another_user()
    {
        var user = await app.RegisterAsync();
        await app.SqlAsync("UPDATE users SET is_verified = true WHERE id = $1", user.Id);

        await SendUnmatchedAsync(Webhooks.Subscription($"sub {user.Id}", Guid.NewGuid(), email: user.Email));

        Assert.Equal("free", await TierAsync(user.Id));
    }

    [Fact]
    public async Task A_customer_that_was_linked_before_is_recognized_without_an_external_id()
    {
        var user = await app.RegisterAsync();
        await app.ApplyAsync("customer.created", new { id = $"cus {user.Id}", external_id = user.Id, email = "someone@polar.example" });

        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", null, customer: $"cus {user.Id}"));

        Assert.Equal("pro", await TierAsync(user.Id));
    }

    [Fact]
    public async Task An_administrator_assigns_an_event_and_the_customers_other_events_follow()
    {
        var staff = await app.AdminAsync();
        var user = await app.RegisterAsync();
        var now = app.Clock.GetUtcNow();
        var sub = Webhooks.Subscription($"sub {user.Id}", null, customer: $"cus {user.Id}");
        var first = await SendUnmatchedAsync(sub, "subscription.active", now);
        var second = await SendUnmatchedAsync(
            Webhooks.Subscription($"sub {user.Id}", null, product: "prod_enterprise", customer: $"cus {user.Id}"), "subscription.updated", now.AddSeconds(1));
        var row = (Guid)(await app.SqlAsync("SELECT id FROM billing_inbox WHERE polar_event_id = $1", first))!;
        var listed = await (await staff.Http.FetchAsync($"{Route}?state=unmatched&limit=200")).JsonAsync(HttpStatusCode.OK);
        var shown = listed.GetProperty("items").EnumerateArray().Single(one => one.GetProperty("id").GetGuid() == row);
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("user_id").ValueKind);

        var assigned = await (await AssignAsync(staff.Http, row, user.Id)).JsonAsync(HttpStatusCode.Accepted);

        Assert.Equal(user.Id, assigned.GetProperty("user_id").GetGuid());
        Assert.Equal("waiting", assigned.GetProperty("state").GetString());
        await app.WaitForEventAsync(first);
        await app.WaitForEventAsync(second);
        Assert.Equal("enterprise", await TierAsync(user.Id));
        app.Clock.Advance(TimeSpan.FromSeconds(2));
        await app.ApplyAsync("subscription.revoked", Webhooks.Subscription($"sub {user.Id}", null, "canceled", customer: $"cus {user.Id}"));
        Assert.Equal("free", await TierAsync(user.Id));
        Assert.Equal(
            staff.User.Id, await app.SqlAsync("SELECT actor_id FROM audit_events WHERE user_id = $1 AND action = 'billing_event.assigned'", user.Id));
    }

    [Fact]
    public async Task Only_an_unmatched_event_can_be_assigned_and_only_to_a_user()
    {
        var staff = await app.AdminAsync();
        var user = await app.RegisterAsync();
        var id = await SendUnmatchedAsync(Webhooks.Subscription($"sub {user.Id}", null, customer: $"cus {user.Id}"));
        var row = (Guid)(await app.SqlAsync("SELECT id FROM billing_inbox WHERE polar_event_id = $1", id))!;

        var problem = await (await AssignAsync(staff.Http, row, Guid.NewGuid())).ShouldBeProblemAsync(400, "validation_failed");
        Assert.Equal("user_id", Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
        await (await AssignAsync(staff.Http, Guid.NewGuid(), user.Id)).ShouldBeProblemAsync(404, "not_found");
        await (await staff.Http.PostAsync($"{Route}/{row}/assign", new { })).ShouldBeProblemAsync(400, "validation_failed");
        await (await AssignAsync((await app.SupportAsync()).Http, row, user.Id)).ShouldBeProblemAsync(403, "forbidden");
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        await (await AssignAsync(staff.Http, row, user.Id)).ShouldBeProblemAsync(401, "reauthentication_required");
        staff = await app.AdminAsync();
        Assert.Equal(true, await app.SqlAsync("SELECT unmatched_at IS NOT NULL FROM billing_inbox WHERE id = $1", row));

        var answers = await Concurrently.StatusesAsync(16, _ => AssignAsync(staff.Http, row, user.Id));

        Assert.Single(answers, status => status == HttpStatusCode.Accepted);
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.NotFound));
        await app.WaitForEventAsync(id);
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1 AND action = 'billing_event.assigned'", user.Id));
    }

    [Fact]
    public async Task A_subscription_that_moves_to_another_user_leaves_the_first_one()
    {
        var (one, other) = (await app.RegisterAsync(), await app.RegisterAsync());
        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {one.Id}", one.Id));
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        await app.ApplyAsync("subscription.updated", Webhooks.Subscription($"sub {one.Id}", other.Id));

        Assert.Equal("pro", await TierAsync(other.Id));
        await Poll.UntilAsync(Soon, "the first user loses the tier", async () => await TierAsync(one.Id) == "free");
    }

    [Fact]
    public async Task The_status_of_billing_counts_what_needs_attention()
    {
        var staff = await app.SupportAsync();
        var before = await StatusAsync(staff.Http);
        await SendUnmatchedAsync(Webhooks.Subscription($"sub {Guid.NewGuid()}", Guid.NewGuid()));
        await (await app.Anonymous().DeliverAsync(app, Guid.NewGuid().ToString(), "broken")).ShouldBeAsync(HttpStatusCode.Accepted);

        await Poll.UntilAsync(
            Soon,
            "the broken one has failed",
            async () => (await StatusAsync(staff.Http)).GetProperty("failed").GetInt64() == before.GetProperty("failed").GetInt64() + 1);

        var after = await StatusAsync(staff.Http);
        Assert.True(after.GetProperty("enabled").GetBoolean());
        Assert.Equal(before.GetProperty("unmatched").GetInt64() + 1, after.GetProperty("unmatched").GetInt64());
        Assert.Equal(0, after.GetProperty("waiting").GetInt64());
        Assert.Equal(JsonValueKind.Null, after.GetProperty("oldest_waiting_at").ValueKind);
        Assert.Equal(app.Clock.GetUtcNow(), after.GetProperty("last_received_at").GetDateTimeOffset(), TimeSpan.FromMinutes(1));
    }

    private static async Task<JsonElement> StatusAsync(HttpClient http) =>
        (await (await http.FetchAsync("/api/v1/admin/billing")).JsonAsync(HttpStatusCode.OK)).GetProperty("webhooks");

    private static Task<HttpResponseMessage> AssignAsync(HttpClient http, Guid id, Guid userId) =>
        http.PostAsync($"{Route}/{id}/assign", new { user_id = userId });

    private async Task<string> SendUnmatchedAsync(object data, string type = "subscription.active", DateTimeOffset? at = null)
    {
        var id = await app.SendAsync(type, data, at);
        await Poll.UntilAsync(
            Soon,
            "the event is unmatched",
            async () => (bool)(await app.SqlAsync("SELECT EXISTS (SELECT FROM billing_inbox WHERE polar_event_id = $1 AND unmatched_at IS NOT NULL)", id))!);
        return id;
    }

    private async Task<string?> TierAsync(Guid userId) => (string?)await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", userId);
}
