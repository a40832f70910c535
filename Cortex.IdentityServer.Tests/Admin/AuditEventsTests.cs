using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin;

/// <remarks>Who did what to whom, when, from where and how it ended (OWASP ASVS 16.2.1), for those who may see it.</remarks>
public sealed class AuditEventsTests(StaffedApp app) : IClassFixture<StaffedApp>
{
    private const string Route = "/api/v1/admin/audit-events";

    /// <summary>A time in which nothing else happens.</summary>
    private static readonly DateTimeOffset Past = new(2020, 2, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task What_happened_to_all_is_listed_newest_first_with_who_did_it_to_whom()
    {
        var staff = await app.SupportAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var user = await app.RegisterAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, "not the password"));

        var answer = await staff.Http.FetchAsync(Route + "?limit=2");

        var page = await answer.JsonAsync(HttpStatusCode.OK);
        Assert.Equal(["items", "next_cursor"], page.EnumerateObject().Select(field => field.Name));
        var items = page.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["login.failed", "user.registered"], items.Select(item => item.GetProperty("action").GetString()));
        Assert.Equal(
            ["id", "action", "outcome", "actor_id", "user_id", "occurred_at", "ip", "user_agent", "request_id", "details"],
            items[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal(JsonValueKind.Null, items[0].GetProperty("actor_id").ValueKind);
        Assert.Equal(user.Id, items[0].GetProperty("user_id").GetGuid());
        Assert.Equal("failure", items[0].GetProperty("outcome").GetString());
        Assert.Equal("wrong_password", items[0].GetProperty("details").GetProperty("reason").GetString());
        Assert.Equal((user.Id, user.Id), (items[1].GetProperty("actor_id").GetGuid(), items[1].GetProperty("user_id").GetGuid()));
        Assert.Equal("127.0.0.1", items[1].GetProperty("ip").GetString());
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task Of_a_change_both_sides_are_shown_and_of_a_deleted_account_that_there_was_one()
    {
        var staff = await app.AdminAsync();
        var (user, _, http) = await app.SignedInAsync();
        await app.SqlAsync(
            "INSERT INTO audit_events (id, occurred_at, action, outcome, actor_id, user_id, ip, details) VALUES (gen_random_uuid(), $1, 'user.updated', "
                + "'success', $2, $3, '192.0.2.7', $4::text::jsonb)",
            app.Clock.GetUtcNow().UtcDateTime,
            staff.User.Id,
            user.Id,
            """{"before": {"is_active": true, "roles": ["a"]}, "after": {"is_active": false, "roles": []}}""");

        var details = Assert.Single(await ItemsAsync(staff.Http, $"actor={staff.User.Id}&user={user.Id}")).GetProperty("details");
        Assert.Equal(["before", "after"], details.EnumerateObject().Select(side => side.Name).OrderDescending());
        Assert.True(details.GetProperty("before").GetProperty("is_active").GetBoolean());
        Assert.False(details.GetProperty("after").GetProperty("is_active").GetBoolean());
        Assert.Equal("a", Assert.Single(details.GetProperty("before").GetProperty("roles").EnumerateArray()).GetString());

        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await http.SendAsync(
            new(HttpMethod.Delete, "/api/v1/auth/me") { Content = JsonContent.Create(new { password = user.Password }) },
            TestContext.Current.CancellationToken))
            .ShouldBeAsync(HttpStatusCode.NoContent);
        var left = await ItemsAsync(staff.Http, $"user={user.Id}");
        Assert.Equal(4, left.Count);
        Assert.Equal("user.deleted", left[0].GetProperty("action").GetString());
        Assert.All(left, item => Assert.All(["ip", "user_agent", "details"], field => Assert.Equal(JsonValueKind.Null, item.GetProperty(field).ValueKind)));
    }

    /// <remarks>Every set of filters over events that differ in everything, each against what it should leave.</remarks>
    [Fact]
    public async Task Filters_combine()
    {
        var staff = await app.SupportAsync();
        Guid[] people = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
        string[] actions = ["login.succeeded", "user.updated"];
        var events = (
            from actor in people.Take(2).Select(person => (Guid?)person).Append(null)
            from user in people.Skip(1).Select(person => (Guid?)person).Append(null)
            from action in actions
            from day in Enumerable.Range(0, 4)
            select (Id: Guid.NewGuid(), Actor: actor, User: user, Action: action, At: Past.AddYears(-1).AddDays(day * 20))).ToList();
        foreach (var e in events)
        {
            await app.SqlAsync(
                "INSERT INTO audit_events (id, occurred_at, action, outcome, actor_id, user_id) VALUES ($1, $2, $3, 'success', nullif($4, $6), nullif($5, $6))",
                e.Id, e.At.UtcDateTime, e.Action, e.Actor ?? Guid.Empty, e.User ?? Guid.Empty, Guid.Empty);
        }

        var asked = 0;
        foreach (var actor in people.Take(2).Select(person => (Guid?)person).Append(null))
        {
            foreach (var user in people.Skip(1).Select(person => (Guid?)person).Append(null))
            {
                foreach (var action in actions.Append(null))
                {
                    foreach (var (from, to) in new[] { (0, 3), (1, 3), (1, 2) })
                    {
                        var (first, last) = (events[from].At, events[to].At);
                        var query = $"limit=200&from={Uri.EscapeDataString(first.ToString("O"))}&to={last.UtcDateTime:O}"
                            + (actor is null ? "" : $"&actor={actor}") + (user is null ? "" : $"&user={user}") + (action is null ? "" : $"&action={action}");
                        var expected = events.Where(
                            e => e.At >= first && e.At < last && e.Actor == (actor ?? e.Actor) && e.User == (user ?? e.User)
                                && e.Action == (action ?? e.Action));
                        var found = await ItemsAsync(staff.Http, query);
                        Assert.Equal(expected.Select(e => e.Id).Order(), found.Select(item => item.GetProperty("id").GetGuid()).Order());
                        Assert.NotEmpty(found);
                        asked++;
                    }
                }
            }
        }

        Assert.Equal(81, asked);
    }

    /// <remarks>Many at one moment, so that a page's end stands between equals; and what comes meanwhile is newer.</remarks>
    [Theory]
    [InlineData("", 1)]
    [InlineData("&user={0}", 3)]
    [InlineData("&actor={0}&user={0}", 4)]
    [InlineData("&actor={0}&action=user.updated", 20)]
    [InlineData("&action=user.updated", 200)]
    public async Task Pages_hold_every_event_once_while_others_come(string filter, int limit)
    {
        var staff = await app.AdminAsync();
        var person = Guid.NewGuid();
        var window = Past.AddDays(limit);
        await WriteAsync(person, window, 20);
        var seen = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var query =
                $"limit={limit}&from={window.UtcDateTime:O}&to={window.AddDays(1).UtcDateTime:O}{string.Format(null, filter, person)}"
                + $"{(cursor is null ? "" : "&cursor=" + cursor)}";
            var page = await (await staff.Http.FetchAsync($"{Route}?{query}")).JsonAsync(HttpStatusCode.OK);
            var items = page.GetProperty("items").EnumerateArray().ToList();
            Assert.InRange(items.Count, 1, limit);
            seen.AddRange(items);
            cursor = page.GetProperty("next_cursor").GetString();
            await WriteAsync(person, window.AddHours(12).AddSeconds(seen.Count), 1);
        }
        while (cursor is not null);

        Assert.Equal(20, seen.Count);
        Assert.Distinct(seen.Select(item => item.GetProperty("id").GetGuid()));
        var times = seen.Select(item => item.GetProperty("occurred_at").GetDateTimeOffset()).ToList();
        Assert.Equal(times.OrderDescending(), times);
    }

    [Theory]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=1e9", "limit")]
    [InlineData("limit=1000000000", "limit")]
    [InlineData("limit=abc", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("cursor=garbage", "cursor")]
    [InlineData("cursor=!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", "cursor")]
    [InlineData("cursor================================", "cursor")]
    [InlineData("cursor=", "cursor")]
    [InlineData("cursor=%00", "cursor")]
    [InlineData("actor=me", "actor")]
    [InlineData("actor=", "actor")]
    [InlineData("actor=1", "actor")]
    [InlineData("actor=00000000-0000-0000-0000-000000000001&actor=00000000-0000-0000-0000-000000000001", "actor")]
    [InlineData("user=%7B00000000-0000-0000-0000-000000000001%7D", "user")]
    [InlineData("user=%00", "user")]
    [InlineData("action=login", "action")]
    [InlineData("action=", "action")]
    [InlineData("action=LOGIN.FAILED", "action")]
    [InlineData("action=login.failed&action=login.failed", "action")]
    [InlineData("action=%ED%A0%80", "action")]
    [InlineData("from=2026-11-26", "from")]
    [InlineData("from=2026-11-26T12:00:00", "from")]
    [InlineData("from=2026-11-26T12:00:00+01:00", "from")]
    [InlineData("from=2026-02-30T12:00:00Z", "from")]
    [InlineData("from=0001-01-01T00:00:00%2B14:00", "from")]
    [InlineData("to=1764158400", "to")]
    [InlineData("to=", "to")]
    [InlineData("to=infinity", "to")]
    [InlineData("to=2026-11-26T12:00:00Z&to=2026-11-26T12:00:00Z", "to")]
    [InlineData("from=2026-11-26T12:00:01Z&to=2026-11-26T13:00:00%2B01:00", "from")]
    public async Task A_value_that_is_none_is_refused_by_name(string query, string field)
    {
        var problem = await (await (await CallerAsync()).FetchAsync($"{Route}?{query}")).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_at_once()
    {
        var problem = await (await (await CallerAsync()).FetchAsync($"{Route}?limit=x&actor=x&from=x")).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(["limit", "actor", "from"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Theory]
    [InlineData("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.9999999Z")]
    [InlineData("from=2026-11-26T12:00:00Z&to=2026-11-26T12:00:00Z")]
    [InlineData("to=2026-11-26T12:00Z&from=2026-11-26T12:30%2B01:00")]
    [InlineData("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("cursor=K8oodfQ3P_______________________")]
    [InlineData("actor=00000000-0000-0000-0000-000000000000&user=FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF")]
    [InlineData("something=else")]
    public async Task Values_at_the_edge_are_taken(string query) =>
        await (await (await CallerAsync()).FetchAsync($"{Route}?{query}")).ShouldBeAsync(HttpStatusCode.OK);

    [Fact]
    public async Task Only_the_staff_with_a_second_factor_sees_it()
    {
        var (_, _, http) = await app.SignedInAsync();
        var staff = await app.SupportAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(staff.Http);
        var (_, _, careless) = await app.SignedInAdminAsync();

        await (await staff.Http.FetchAsync(Route)).ShouldBeAsync(HttpStatusCode.OK);
        await (await http.FetchAsync(Route)).ShouldBeProblemAsync(403, "forbidden");
        await (await app.WithKey(key).FetchAsync(Route)).ShouldBeProblemAsync(403, "forbidden");
        await (await careless.FetchAsync(Route)).ShouldBeProblemAsync(403, "two_factor_required");
        await (await app.Anonymous().FetchAsync(Route)).ShouldBeProblemAsync(401, "unauthenticated");
    }

    private Task<object?> WriteAsync(Guid person, DateTimeOffset at, int many) => app.SqlAsync(
        "INSERT INTO audit_events (id, occurred_at, action, outcome, actor_id, user_id) SELECT gen_random_uuid(), $2 + (n / 6) * interval '1 minute', "
            + "'user.updated', 'success', $1, $1 FROM generate_series(1, $3) AS n",
        person, at.UtcDateTime, many);

    private static async Task<List<JsonElement>> ItemsAsync(HttpClient http, string query) =>
        [.. (await (await http.FetchAsync($"{Route}?{query}")).JsonAsync(HttpStatusCode.OK)).GetProperty("items").EnumerateArray()];

    private async Task<HttpClient> CallerAsync() => (await app.SupportAsync()).Http;
}
