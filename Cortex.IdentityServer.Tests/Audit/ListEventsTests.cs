using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Audit;

/// <remarks>Users can see the events of their own account, but of no other account.</remarks>
public sealed class ListEventsTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/me/events";

    [Fact]
    public async Task Events_are_listed_newest_first_with_their_actor()
    {
        var user = await app.RegisterAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, "not the password"));
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var http = app.WithToken((await app.LogInAsync(user)).AccessToken);

        var answer = await http.FetchAsync(Route);

        var page = await answer.JsonAsync(HttpStatusCode.OK);
        Assert.Equal(["items", "next_cursor"], page.EnumerateObject().Select(field => field.Name));
        Assert.Equal(JsonValueKind.Null, page.GetProperty("next_cursor").ValueKind);
        var items = page.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(
            [("login.succeeded", "success", "self"), ("login.failed", "failure", "unknown"), ("user.registered", "success", "self")],
            items.Select(e => (e.GetProperty("action").GetString()!, e.GetProperty("outcome").GetString()!, e.GetProperty("actor").GetString()!)));
        Assert.Equal(
            ["id", "action", "outcome", "actor", "occurred_at", "ip", "user_agent", "device", "request_id", "details"],
            items[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal("127.0.0.1", items[0].GetProperty("ip").GetString());
        Assert.EndsWith("Z", items[0].GetProperty("occurred_at").GetString(), StringComparison.Ordinal);
        Assert.Equal("wrong_password", items[1].GetProperty("details").GetProperty("reason").GetString());
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    /// <remarks>Several events share a timestamp, so that pages end between equal timestamps.</remarks>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(200)]
    public async Task Pages_contain_every_event_once(int limit)
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync(
            "INSERT INTO audit_events (id, occurred_at, action, outcome, actor_id, user_id) SELECT gen_random_uuid(), $2 - (n / 5) * interval '1 minute', "
                + "'test', 'success', $1, $1 FROM generate_series(1, 10) AS n",
            user.Id,
            app.Clock.GetUtcNow().UtcDateTime);
        var seen = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await (await http.FetchAsync($"{Route}?limit={limit}{(cursor is null ? "" : "&cursor=" + cursor)}")).JsonAsync(HttpStatusCode.OK);
            var items = page.GetProperty("items").EnumerateArray().ToList();
            Assert.InRange(items.Count, 1, limit);
            seen.AddRange(items);
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(12, seen.Count);
        Assert.Distinct(seen.Select(e => e.GetProperty("id").GetGuid()));
        var times = seen.Select(e => e.GetProperty("occurred_at").GetDateTimeOffset()).ToList();
        Assert.Equal(times.OrderDescending(), times);
    }

    [Fact]
    public async Task Other_users_events_are_never_shown_whatever_the_cursor()
    {
        var (_, _, other) = await app.SignUpAsync();
        var (user, _, http) = await app.SignUpAsync();
        var othersCursor = (await (await other.FetchAsync(Route + "?limit=1")).JsonAsync(HttpStatusCode.OK)).GetProperty("next_cursor").GetString();

        var events = (await (await http.FetchAsync($"{Route}?limit=200&cursor={othersCursor}")).JsonAsync(HttpStatusCode.OK))
            .GetProperty("items")
            .EnumerateArray()
            .ToList();
        events.AddRange((await (await http.FetchAsync(Route + "?limit=200")).JsonAsync(HttpStatusCode.OK)).GetProperty("items").EnumerateArray());

        Assert.NotEmpty(events);
        await Assert.AllAsync(
            events, async e => Assert.Equal(user.Id, await app.SqlAsync("SELECT user_id FROM audit_events WHERE id = $1", e.GetProperty("id").GetGuid())));
    }

    [Fact]
    public async Task An_administrators_action_is_shown_as_such_without_naming_the_administrator()
    {
        var (user, _, http) = await app.SignUpAsync();
        var admin = Guid.NewGuid();
        await app.SqlAsync(
            "INSERT INTO audit_events (id, occurred_at, action, outcome, actor_id, user_id) VALUES (gen_random_uuid(), $3, 'test', 'success', $2, $1)",
            user.Id, admin, app.Clock.GetUtcNow().AddSeconds(1).UtcDateTime);

        var text = await (await http.FetchAsync(Route)).TextAsync();

        Assert.Equal("administrator", JsonDocument.Parse(text).RootElement.GetProperty("items")[0].GetProperty("actor").GetString());
        Assert.DoesNotContain(admin.ToString(), text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=%2B1", "limit")]
    [InlineData("limit=1.5", "limit")]
    [InlineData("limit=1e2", "limit")]
    [InlineData("limit=99999999999", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("limit=", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("cursor=", "cursor")]
    [InlineData("cursor=garbage", "cursor")]
    [InlineData("cursor=!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", "cursor")]
    [InlineData("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D", "cursor")]
    [InlineData("cursor=_________________________________", "cursor")]
    [InlineData("cursor=________________________________", "cursor")]
    [InlineData("cursor=g_______________________________", "cursor")]
    [InlineData("cursor=%00", "cursor")]
    public async Task An_invalid_limit_or_cursor_is_rejected_with_the_name_of_its_parameter(string query, string field)
    {
        var (_, _, http) = await app.SignUpAsync();

        var problem = await (await http.FetchAsync($"{Route}?{query}")).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    /// <remarks>These cursors contain the earliest and the latest possible times.</remarks>
    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("K8oodfQ3P_______________________")]
    [InlineData("AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("f_______________________________")]
    public async Task A_cursor_at_either_end_of_time_is_accepted(string cursor)
    {
        var (_, _, http) = await app.SignUpAsync();

        await (await http.FetchAsync($"{Route}?cursor={cursor}")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task API_keys_and_anonymous_callers_cannot_read_events()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        await (await app.WithKey(key).FetchAsync(Route)).ShouldBeProblemAsync(403, "forbidden");
        await (await app.Anonymous().FetchAsync(Route)).ShouldBeProblemAsync(401, "unauthenticated");
    }
}
