using System.Net;
using System.Text;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing;

public sealed class WebhookReceiptTests(BillingApp app) : IClassFixture<BillingApp>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_webhook_that_is_signed_with_either_scheme_is_accepted(bool isNewScheme)
    {
        var user = await app.RegisterAsync();
        var id = Guid.NewGuid().ToString();
        var body = Webhooks.Body("subscription.active", app.Clock.GetUtcNow(), Webhooks.Subscription($"sub {user.Id}", user.Id));
        var key = isNewScheme ? Convert.FromBase64String(BillingApp.Secret["whsec_".Length..]) : Encoding.UTF8.GetBytes(BillingApp.OtherSecret);

        var answer = await app.Anonymous().DeliverAsync(app, id, body, key);

        await answer.ShouldBeAsync(HttpStatusCode.Accepted);
        Assert.Equal("", await answer.TextAsync());
        await app.WaitForEventAsync(id);
        Assert.Equal(body, await app.SqlAsync("SELECT data FROM billing_events WHERE polar_event_id = $1", id));
        Assert.Equal("subscription.active", await app.SqlAsync("SELECT event_type FROM billing_events WHERE polar_event_id = $1", id));
        Assert.Equal(user.Id, await app.SqlAsync("SELECT user_id FROM billing_events WHERE polar_event_id = $1", id));
    }

    public static TheoryData<string, string?, string?, string?> BadHeaders => new()
    {
        { "no id", null, "now", "right" },
        { "an empty id", "", "now", "right" },
        { "an id that is too long", new string('a', 256), "now", "right" },
        { "no timestamp", "an id", null, "right" },
        { "a timestamp that isn't a number", "an id", "soon", "right" },
        { "an old timestamp", "an id", "-301", "right" },
        { "a timestamp of the future", "an id", "+302", "right" },
        { "no signature", "an id", "now", null },
        { "an empty signature", "an id", "now", "" },
        { "another signature", "an id", "now", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
        { "another version", "an id", "now", "v2" },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public async Task A_webhook_without_a_valid_signature_is_refused_and_not_stored(string name, string? id, string? timestamp, string? signature)
    {
        var now = app.Clock.GetUtcNow().ToUnixTimeSeconds();
        var seconds = timestamp is "-301" or "+302" ? now + long.Parse(timestamp, System.Globalization.CultureInfo.InvariantCulture) : now;
        var body = Encoding.UTF8.GetBytes(Webhooks.Body("order.paid", app.Clock.GetUtcNow(), new { name }));
        var right = Webhooks.Sign(Encoding.UTF8.GetBytes(BillingApp.Secret), id ?? "", seconds, body);
        var stored = await StoredAsync();

        var answer = await app.Anonymous().PostSignedAsync(
            id,
            timestamp is null or "soon" ? timestamp : $"{seconds}",
            signature switch { "right" => right, "v2" => "v2" + right[2..], _ => signature },
            body);

        await answer.ShouldBeProblemAsync(401, "invalid_signature");
        Assert.Equal(stored, await StoredAsync());
    }

    [Fact]
    public async Task A_body_that_was_changed_on_the_way_is_refused()
    {
        var now = app.Clock.GetUtcNow().ToUnixTimeSeconds();
        var body = Webhooks.Body("order.paid", app.Clock.GetUtcNow(), new { });
        var signature = Webhooks.Sign(Encoding.UTF8.GetBytes(BillingApp.Secret), "an id", now, Encoding.UTF8.GetBytes(body));

        var answer = await app.Anonymous().PostSignedAsync("an id", $"{now}", signature, Encoding.UTF8.GetBytes(body + " "));

        await answer.ShouldBeProblemAsync(401, "invalid_signature");
    }

    [Fact]
    public async Task A_webhook_may_have_a_mebibyte_and_no_more()
    {
        var user = await app.RegisterAsync();
        const int Limit = 1024 * 1024;
        var empty = Webhooks.Body("order.paid", app.Clock.GetUtcNow(), new { customer = new { external_id = user.Id }, text = "" });
        var largest = Webhooks.Body(
            "order.paid", app.Clock.GetUtcNow(), new { customer = new { external_id = user.Id }, text = new string('a', Limit - empty.Length) });
        Assert.Equal(Limit, largest.Length);
        var id = Guid.NewGuid().ToString();

        await (await app.Anonymous().DeliverAsync(app, id, largest)).ShouldBeAsync(HttpStatusCode.Accepted);
        await (await app.Anonymous().DeliverAsync(app, Guid.NewGuid().ToString(), largest + " ")).ShouldBeProblemAsync(413, "payload_too_large");

        await app.WaitForEventAsync(id);
        Assert.Equal(Limit, await app.SqlAsync("SELECT length(data) FROM billing_events WHERE polar_event_id = $1", id));
    }

    [Fact]
    public async Task The_same_webhook_sixteen_times_at_once_over_two_replicas_has_one_effect()
    {
        var user = await app.RegisterAsync();
        var other = app.StartReplica(out var replica);
        using (replica)
        {
            var id = Guid.NewGuid().ToString();
            var data = Webhooks.Subscription($"sub {user.Id}", user.Id);
            var body = Webhooks.Body("subscription.active", app.Clock.GetUtcNow(), data);

            var answers = await Concurrently.StatusesAsync(16, index => (index % 2 == 0 ? app.Anonymous() : other).DeliverAsync(app, id, body));

            Assert.All(answers, status => Assert.Equal(HttpStatusCode.Accepted, status));
            await app.WaitForEventAsync(id);

            // A repeat long after the event was processed, and even after its row was deleted, has no effect either.
            await (await other.DeliverAsync(app, id, body)).ShouldBeAsync(HttpStatusCode.Accepted);
            Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM billing_events WHERE polar_event_id = $1", id));
            Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM billing_inbox WHERE polar_event_id = $1", id));
            Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1 AND action = 'billing.tier_changed'", user.Id));
            await app.Mailbox.WaitAsync(user.Email, "tier_changed");
            Assert.Single(await app.Mailbox.ForAsync(user.Email, "tier_changed"));
            await app.SqlAsync("DELETE FROM billing_events WHERE polar_event_id = $1", id);
            await (await other.DeliverAsync(app, id, body)).ShouldBeAsync(HttpStatusCode.Accepted);
            Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM billing_inbox WHERE polar_event_id = $1", id));
        }
    }

    [Fact]
    public async Task An_event_that_the_Python_server_has_stored_isnt_stored_again()
    {
        var user = await app.RegisterAsync();
        await app.SqlAsync(
            "INSERT INTO billing_events (user_id, event_type, polar_event_id, data, processed) VALUES ($1, 'order.paid', $2, '', true)",
            user.Id,
            $"evt {user.Id}");

        await app.SendAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id), id: $"evt {user.Id}");

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM billing_inbox WHERE polar_event_id = $1", $"evt {user.Id}"));
        Assert.Equal("order.paid", await app.SqlAsync("SELECT event_type FROM billing_events WHERE polar_event_id = $1", $"evt {user.Id}"));
    }

    [Theory]
    [InlineData("not JSON at all")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":1}""")]
    [InlineData("""{"type":"subscription.active"}""")]
    [InlineData("""{"type":"subscription.active","data":[]}""")]
    [InlineData("""{"type":"subscription.active","data":{}}""")]
    [InlineData("""{"type":"subscription.active","data":{"id":"a","status":"active"}}""")]
    [InlineData("""{"type":"subscription.active","data":{"id":"a","product_id":"b"}}""")]
    [InlineData("""{"type":"subscription.active","data":{"id":"a\u0000","product_id":"b","status":"active"}}""")]
    [InlineData("""{"type":"subscription.active","data":{"id":"\ud800","product_id":"b","status":"active"}}""")]
    [InlineData("""{"type":"customer.state_changed","data":{"id":"a","active_subscriptions":{}}}""")]
    [InlineData("""{"type":"customer.state_changed","data":{"id":"a","active_subscriptions":[1]}}""")]
    [InlineData("\0\0")]
    public async Task A_signed_body_that_is_broken_is_kept_for_an_administrator_and_reported(string body)
    {
        var staff = await app.SupportAsync();
        var id = Guid.NewGuid().ToString();

        await (await app.Anonymous().DeliverAsync(app, id, body)).ShouldBeAsync(HttpStatusCode.Accepted);

        await Poll.UntilAsync(
            Soon, "it has failed", async () => (bool)(await app.SqlAsync("SELECT failed_at IS NOT NULL FROM billing_inbox WHERE polar_event_id = $1", id))!);
        var row = (Guid)(await app.SqlAsync("SELECT id FROM billing_inbox WHERE polar_event_id = $1", id))!;
        var shown = await (await staff.Http.FetchAsync($"/api/v1/admin/billing-events/{row}")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal("failed", shown.GetProperty("state").GetString());
        Assert.Equal(1, shown.GetProperty("attempts").GetInt32());
        Assert.NotEmpty(shown.GetProperty("error").GetString()!);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, shown.GetProperty("next_attempt_at").ValueKind);
        await Poll.UntilAsync(Soon, "it is reported", () => Task.FromResult(app.CountLogLines($"Billing event {row} has failed after 1 attempts") == 1));
    }

    [Fact]
    public async Task Ten_poison_events_hold_up_nothing()
    {
        var (user, _, _) = await app.SignUpAsync();
        for (var n = 0; n < 10; n++)
        {
            var answer = await app.Anonymous().DeliverAsync(app, Guid.NewGuid().ToString(), """{"type":"subscription.active","data":{"id":7}}""");
            await answer.ShouldBeAsync(HttpStatusCode.Accepted);
        }

        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id));

        Assert.Equal("pro", await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", user.Id));
    }

    [Fact]
    public async Task An_event_that_fails_is_tried_ten_times_and_then_given_up_until_it_is_replayed()
    {
        var staff = await app.AdminAsync();
        var (user, other) = (await app.RegisterAsync(), await app.RegisterAsync());
        await app.SqlAsync(
            $$"""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
            CREATE TRIGGER refuse BEFORE INSERT ON billing_subscriptions FOR EACH ROW WHEN (NEW.user_id = '{{user.Id}}') EXECUTE FUNCTION refuse();
            """);
        var id = await app.SendAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id));
        await Poll.UntilAsync(Soon, "the first attempt has failed", async () => await AttemptsAsync(id) == 1);
        var row = (Guid)(await app.SqlAsync("SELECT id FROM billing_inbox WHERE polar_event_id = $1", id))!;
        var waiting = await (await staff.Http.FetchAsync($"/api/v1/admin/billing-events/{row}")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal("waiting", waiting.GetProperty("state").GetString());
        Assert.Equal("PostgreSQL error P0001", waiting.GetProperty("error").GetString());
        Assert.Equal(app.Clock.GetUtcNow().AddSeconds(1), waiting.GetProperty("next_attempt_at").GetDateTimeOffset(), TimeSpan.FromSeconds(1));

        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {other.Id}", other.Id));
        for (var attempt = 2; attempt <= 10; attempt++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(Math.Pow(2, attempt - 2)));
            await Poll.UntilAsync(Soon, $"attempt {attempt} has failed", async () => await AttemptsAsync(id) == attempt);
        }

        Assert.Equal(true, await app.SqlAsync("SELECT failed_at IS NOT NULL AND next_attempt_at IS NULL FROM billing_inbox WHERE polar_event_id = $1", id));
        await Poll.UntilAsync(Soon, "it is reported", () => Task.FromResult(app.CountLogLines($"Billing event {row} has failed after 10 attempts") == 1));
        Assert.Equal("free", await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", user.Id));

        await app.SqlAsync("DROP TRIGGER refuse ON billing_subscriptions; DROP FUNCTION refuse();");
        staff = await app.AdminAsync();
        await (await staff.Http.PostNothingAsync($"/api/v1/admin/billing-events/{row}/replay")).ShouldBeAsync(HttpStatusCode.Accepted);
        await app.WaitForEventAsync(id);
        Assert.Equal("pro", await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", user.Id));
    }

    [Fact]
    public async Task An_account_that_is_locked_delays_its_events_and_no_others()
    {
        var (user, other) = (await app.RegisterAsync(), await app.RegisterAsync());
        string id;
        await using (await HeldLock.TakeAsync(app.ConnectionString, $"SELECT FROM users WHERE id = '{user.Id}' FOR UPDATE"))
        {
            id = await app.SendAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id));
            await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {other.Id}", other.Id));
            Assert.Equal("free", await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", user.Id));
        }

        app.Clock.Advance(TimeSpan.FromSeconds(6));
        await app.WaitForEventAsync(id);
        Assert.Equal("pro", await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", user.Id));
        Assert.Equal(1, await app.SqlAsync("SELECT attempts FROM billing_events WHERE polar_event_id = $1", id));
    }

    [Fact]
    public async Task An_event_of_an_unknown_type_is_accepted_and_ignored()
    {
        var id = await app.SendAsync("product.updated", new { id = "prod_pro", name = "Pro" });

        await Poll.UntilAsync(
            Soon,
            "it is processed",
            async () => (bool)(await app.SqlAsync("SELECT processed_at IS NOT NULL FROM billing_inbox WHERE polar_event_id = $1", id))!);
    }

    [Fact]
    public async Task No_log_line_contains_a_secret_or_a_payload()
    {
        var user = await app.RegisterAsync();
        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id, email: "personal@polar.example"));

        Assert.DoesNotContain("personal@polar.example", app.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(BillingApp.Secret, app.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(BillingApp.OtherSecret, app.Log, StringComparison.Ordinal);
    }

    private async Task<int> AttemptsAsync(string id) => (int)(await app.SqlAsync("SELECT attempts FROM billing_inbox WHERE polar_event_id = $1", id))!;

    private async Task<long> StoredAsync() => (long)(await app.SqlAsync("SELECT count(*) FROM billing_event_ids"))!;
}
