using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin;

/// <remarks>The next attempt of an event that isn't processed is a year away, so that it stays as it is.</remarks>
public sealed class BillingEventsTests(SharedStaffApp app) : IClassFixture<SharedStaffApp>
{
    private const string Route = "/api/v1/admin/billing-events";

    private static readonly string[] Fields =
        ["id", "user_id", "user_email", "event_type", "polar_event_id", "processed", "state", "attempts", "error", "next_attempt_at", "created_at"];

    private int _count;

    [Fact]
    public async Task Events_are_listed_newest_first_without_the_providers_payload()
    {
        var staff = await app.SupportAsync();
        var user = await app.RegisterAsync();
        var old = await WriteAsync(user.Id, "NULL", "NULL");
        var first = await WriteAsync(user.Id, "true", "'2024-01-02 03:04:05.678901+00'");
        var second = await WriteAsync(user.Id, "false", "'2024-01-03 00:00:00+00'");

        var text = await (await staff.Http.FetchAsync($"{Route}?user={user.Id}")).TextAsync();

        Assert.DoesNotContain("customer", text, StringComparison.Ordinal);
        var items = JsonDocument.Parse(text).RootElement.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal([second, first, old], items.Select(item => item.GetProperty("id").GetGuid()));
        Assert.Equal(Fields, items[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal([false, true, false], items.Select(item => item.GetProperty("processed").GetBoolean()));
        Assert.Equal("order.paid", items[1].GetProperty("event_type").GetString());
        Assert.Equal("2024-01-02T03:04:05.678901Z", items[1].GetProperty("created_at").GetString());
        Assert.Equal(JsonValueKind.Null, items[2].GetProperty("created_at").ValueKind);
        Assert.All(items, item => Assert.Equal(user.Id, item.GetProperty("user_id").GetGuid()));
        Assert.All(items, item => Assert.Equal(user.Email, item.GetProperty("user_email").GetString()));
    }

    [Fact]
    public async Task Filters_combine()
    {
        var staff = await app.SupportAsync();
        var (one, other) = (await app.RegisterAsync(), await app.RegisterAsync());
        var done = await WriteAsync(one.Id, "true", "now()");
        var pending = await WriteAsync(one.Id, "false", "now()");
        var old = await WriteAsync(one.Id, "NULL", "NULL");
        var others = await WriteAsync(other.Id, "true", "now()");

        Assert.Equal([done], await IdsAsync(staff.Http, $"processed=true&user={one.Id}"));
        Assert.Equal([pending, old], await IdsAsync(staff.Http, $"processed=false&user={one.Id}"));
        Assert.Equal([others], await IdsAsync(staff.Http, $"user={other.Id}"));
        var all = await IdsAsync(staff.Http, "limit=200");
        Assert.Superset(new HashSet<Guid> { done, pending, old, others }, all.ToHashSet());
        var processed = await IdsAsync(staff.Http, "limit=200&processed=true");
        Assert.Superset(new HashSet<Guid> { done, others }, processed.ToHashSet());
        Assert.DoesNotContain(pending, processed);
        Assert.DoesNotContain(old, processed);
        Assert.Empty(await IdsAsync(staff.Http, $"user={Guid.NewGuid()}"));
    }

    [Fact]
    public async Task Events_are_listed_by_state()
    {
        var staff = await app.SupportAsync();
        var user = await app.RegisterAsync();
        var done = await WriteAsync(user.Id, "true", "now()");
        var waiting = await WriteAsync(user.Id, "NULL", "now()");
        var failed = await WriteAsync(user.Id, "false", "now()");
        await app.SqlAsync("UPDATE billing_events SET failed_at = now(), error = 'The body isn''t JSON.', attempts = 1 WHERE id = $1", failed);

        Assert.Equal([done], await IdsAsync(staff.Http, $"state=processed&user={user.Id}"));
        Assert.Equal([waiting], await IdsAsync(staff.Http, $"state=waiting&user={user.Id}"));
        Assert.Equal([failed], await IdsAsync(staff.Http, $"state=failed&user={user.Id}"));
        Assert.Empty(await IdsAsync(staff.Http, $"state=unmatched&user={user.Id}"));
        Assert.Empty(await IdsAsync(staff.Http, $"state=failed&processed=true&user={user.Id}"));
        Assert.Contains(failed, await IdsAsync(staff.Http, "state=failed&limit=200"));
        Assert.DoesNotContain(failed, await IdsAsync(staff.Http, "state=waiting&limit=200"));
    }

    [Theory]
    [InlineData("'{\"type\": \"order.paid\", \"data\": {\"amount\": 1e3}}'", """{"type": "order.paid", "data": {"amount": 1e3}}""")]
    [InlineData("'not JSON'", "\"not JSON\"")]
    [InlineData("'\"\\ud800\"'", "\"\\u0022\\\\ud800\\u0022\"")]
    [InlineData("NULL", "null")]
    public async Task One_event_is_shown_with_its_payload(string data, string payload)
    {
        var staff = await app.SupportAsync();
        var user = await app.RegisterAsync();
        var id = await WriteAsync(user.Id, "true", "now()");
        await app.SqlAsync($"UPDATE billing_events SET data = {data} WHERE id = $1", id);

        var answer = await staff.Http.FetchAsync($"{Route}/{id}");

        var shown = await answer.JsonAsync(HttpStatusCode.OK);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(payload).RootElement, shown.GetProperty("payload")), shown.GetRawText());
        Assert.Equal([.. Fields, "payload"], shown.EnumerateObject().Select(field => field.Name));
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        await (await staff.Http.FetchAsync($"{Route}/{Guid.NewGuid()}")).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_replay_is_refused_once_the_administrator_has_lost_the_role()
    {
        var staff = await app.SignUpStaffAsync("admin");
        var user = await app.RegisterAsync();
        var id = await WriteAsync(user.Id, "true", "now()");
        Task<HttpResponseMessage> replay;
        await using (await HeldLock.TakeAsync(app.ConnectionString, $"SELECT FROM users WHERE id = '{staff.User.Id}' FOR UPDATE"))
        {
            replay = ReplayAsync(staff.Http, id);
            await Task.Delay(500, TestContext.Current.CancellationToken);
            await app.SqlAsync("DELETE FROM user_roles WHERE user_id = $1", staff.User.Id);
        }

        await (await replay).ShouldBeProblemAsync(403, "forbidden");
        Assert.Equal(true, await app.SqlAsync("SELECT processed FROM billing_events WHERE id = $1", id));
        Assert.Equal(0L, await ReplaysAsync(user.Id));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("&processed=false", 3)]
    [InlineData("&processed=false", 200)]
    public async Task Pages_contain_every_event_once_while_new_ones_arrive(string filter, int limit)
    {
        var staff = await app.AdminAsync();
        var user = await app.RegisterAsync();
        var expected = new HashSet<Guid>();
        for (var n = 0; n < 10; n++)
        {
            // Some events share a timestamp, and some have none.
            expected.Add(await WriteAsync(user.Id, n % 2 == 0 ? "false" : "NULL", n < 4 ? "NULL" : n == 4 ? "'-infinity'" : "'2024-01-02 03:04:05+00'"));
        }

        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await (await staff.Http.FetchAsync($"{Route}?limit={limit}&user={user.Id}{filter}{(cursor is null ? "" : "&cursor=" + cursor)}"))
                .JsonAsync(HttpStatusCode.OK);
            var items = page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()).ToList();
            Assert.InRange(items.Count, 1, limit);
            seen.AddRange(items);
            cursor = page.GetProperty("next_cursor").GetString();
            await WriteAsync(user.Id, "false", "now()");
        }
        while (cursor is not null);

        Assert.Equal(10, seen.Count);
        Assert.Equal(expected, seen.ToHashSet());
    }

    [Theory]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=1e9", "limit")]
    [InlineData("limit=abc", "limit")]
    [InlineData("limit=5&limit=5", "limit")]
    [InlineData("cursor=garbage", "cursor")]
    [InlineData("cursor=!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", "cursor")]
    [InlineData("processed=yes", "processed")]
    [InlineData("processed=", "processed")]
    [InlineData("processed=True", "processed")]
    [InlineData("processed=true&processed=false", "processed")]
    [InlineData("state=done", "state")]
    [InlineData("state=", "state")]
    [InlineData("state=waiting&state=failed", "state")]
    [InlineData("user=me", "user")]
    [InlineData("user=", "user")]
    public async Task An_invalid_value_is_rejected_with_the_name_of_its_parameter(string query, string field)
    {
        var staff = await app.SupportAsync();

        var problem = await (await staff.Http.FetchAsync($"{Route}?{query}")).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    public async Task A_replayed_event_is_pending_again_and_the_audit_log_says_who_replayed_it()
    {
        var staff = await app.AdminAsync();
        var user = await app.RegisterAsync();
        var id = await WriteAsync(user.Id, "true", "'2024-01-02 03:04:05+00'");

        var answer = await ReplayAsync(staff.Http, id);

        var replayed = await answer.JsonAsync(HttpStatusCode.Accepted);
        Assert.Equal(id, replayed.GetProperty("id").GetGuid());
        Assert.False(replayed.GetProperty("processed").GetBoolean());
        Assert.Equal("2024-01-02T03:04:05Z", replayed.GetProperty("created_at").GetString());
        Assert.Equal(Fields, replayed.EnumerateObject().Select(field => field.Name));
        Assert.Equal(false, await app.SqlAsync("SELECT processed FROM billing_events WHERE id = $1", id));
        Assert.Equal("a customer's name", await app.SqlAsync("SELECT data FROM billing_events WHERE id = $1", id));
        var recorded = Assert.Single(
            (await (await staff.Http.FetchAsync($"/api/v1/admin/audit-events?user={user.Id}&action=billing_event.replayed")).JsonAsync(HttpStatusCode.OK))
                .GetProperty("items")
                .EnumerateArray());
        Assert.Equal(staff.User.Id, recorded.GetProperty("actor_id").GetGuid());
        Assert.Equal("success", recorded.GetProperty("outcome").GetString());
        Assert.Equal(answer.Headers.GetValues("X-Request-Id").Single(), recorded.GetProperty("request_id").GetString());
        var details = recorded.GetProperty("details");
        Assert.Equal(id, details.GetProperty("billing_event_id").GetGuid());
        Assert.Equal("processed", details.GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("false")]
    [InlineData("NULL")]
    public async Task Replaying_a_pending_event_changes_nothing(string processed)
    {
        var staff = await app.AdminAsync();
        var user = await app.RegisterAsync();
        var id = await WriteAsync(user.Id, processed, "NULL");
        var before = await app.SqlAsync("SELECT b::text || xmin FROM billing_events b WHERE id = $1", id);

        var replayed = await (await ReplayAsync(staff.Http, id)).JsonAsync(HttpStatusCode.Accepted);

        Assert.False(replayed.GetProperty("processed").GetBoolean());
        Assert.Equal(JsonValueKind.Null, replayed.GetProperty("created_at").ValueKind);
        Assert.Equal(before, await app.SqlAsync("SELECT b::text || xmin FROM billing_events b WHERE id = $1", id));
        Assert.Equal(0L, await ReplaysAsync(user.Id));
    }

    [Fact]
    public async Task Of_sixteen_concurrent_replays_one_takes_effect()
    {
        var staff = await app.AdminAsync();
        var user = await app.RegisterAsync();
        var id = await WriteAsync(user.Id, "true", "now()");

        // While the account is locked, the event is only waiting.
        await using var held = await HeldLock.TakeAsync(app.ConnectionString, $"SELECT FROM users WHERE id = '{user.Id}' FOR NO KEY UPDATE");
        var answers = await Concurrently.StatusesAsync(16, _ => ReplayAsync(staff.Http, id));

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.Accepted, status));
        Assert.Equal(1L, await ReplaysAsync(user.Id));
    }

    [Fact]
    public async Task Support_can_read_but_not_replay_and_others_can_do_neither()
    {
        var (user, _, http) = await app.SignUpAsync();
        var id = await WriteAsync(user.Id, "true", "now()");
        var admin = await app.AdminAsync();
        var support = await app.SupportAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(admin.Http);

        await (await support.Http.FetchAsync(Route)).ShouldBeAsync(HttpStatusCode.OK);
        await (await ReplayAsync(support.Http, id)).ShouldBeProblemAsync(403, "forbidden");
        foreach (var caller in new[] { http, app.WithKey(key) })
        {
            await (await caller.FetchAsync(Route)).ShouldBeProblemAsync(403, "forbidden");
            await (await ReplayAsync(caller, id)).ShouldBeProblemAsync(403, "forbidden");
        }

        Assert.Equal(true, await app.SqlAsync("SELECT processed FROM billing_events WHERE id = $1", id));
        Assert.Equal(0L, await ReplaysAsync(user.Id));
        await (await ReplayAsync(admin.Http, Guid.NewGuid())).ShouldBeProblemAsync(404, "not_found");
        await (await admin.Http.PostNothingAsync($"{Route}/order.paid/replay")).ShouldBeProblemAsync(404, "not_found");
    }

    private static Task<HttpResponseMessage> ReplayAsync(HttpClient http, Guid id) => http.PostNothingAsync($"{Route}/{id}/replay");

    private async Task<long> ReplaysAsync(Guid userId) =>
        (long)(await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1 AND action = 'billing_event.replayed'", userId))!;

    private static async Task<List<Guid>> IdsAsync(HttpClient http, string query) =>
    [
        .. (await (await http.FetchAsync($"{Route}?{query}")).JsonAsync(HttpStatusCode.OK))
            .GetProperty("items")
            .EnumerateArray()
            .Select(item => item.GetProperty("id").GetGuid()),
    ];

    private async Task<Guid> WriteAsync(Guid userId, string processed, string createdAt) => (Guid)(await app.SqlAsync(
        "INSERT INTO billing_events (user_id, event_type, polar_event_id, data, processed, created_at, next_attempt_at) "
            + $"VALUES ($1, 'order.paid', $2, 'a customer''s name', {processed}, {createdAt}, now() + interval '1 year') RETURNING id",
        userId,
        $"evt {userId} {++_count}"))!;
}
