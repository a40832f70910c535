using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin;

/// <remarks>Staff can see who did what to whom, when, from where, and with what outcome (OWASP ASVS 16.2.1).</remarks>
public sealed class AuditEventsTests(SharedStaffApp app) : IClassFixture<SharedStaffApp>
{
    private const string Route = "/api/v1/admin/audit-events";

    /// <summary>A time at which no other test records events.</summary>
    private static readonly DateTimeOffset Past = new(2020, 2, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Events_of_all_users_are_listed_newest_first_with_actor_and_user()
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
            [
                "id", "action", "outcome", "actor_id", "actor_email", "user_id", "user_email", "occurred_at", "ip", "user_agent", "device", "request_id",
                "details",
            ],
            items[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal(JsonValueKind.Null, items[0].GetProperty("actor_id").ValueKind);
        Assert.Equal(user.Id, items[0].GetProperty("user_id").GetGuid());
        Assert.Equal((null, user.Email), (items[0].GetProperty("actor_email").GetString(), items[0].GetProperty("user_email").GetString()));
        Assert.Equal((user.Email, user.Email), (items[1].GetProperty("actor_email").GetString(), items[1].GetProperty("user_email").GetString()));
        Assert.Equal("failure", items[0].GetProperty("outcome").GetString());
        Assert.Equal("wrong_password", items[0].GetProperty("details").GetProperty("reason").GetString());
        Assert.Equal((user.Id, user.Id), (items[1].GetProperty("actor_id").GetGuid(), items[1].GetProperty("user_id").GetGuid()));
        Assert.Equal("127.0.0.1", items[1].GetProperty("ip").GetString());
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task A_change_shows_the_values_before_and_after_and_a_deleted_account_leaves_events_without_personal_data()
    {
        var staff = await app.AdminAsync();
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync(
            "INSERT INTO audit_events (id, occurred_at, action, outcome, actor_id, user_id, ip, details) VALUES (gen_random_uuid(), $1, 'user.updated', "
                + "'success', $2, $3, '192.0.2.7', $4::text::jsonb)",
            app.Clock.GetUtcNow().UtcDateTime,
            staff.User.Id,
            user.Id,
            """{"before": {"is_active": true, "roles": ["a"]}, "after": {"is_active": false, "roles": []}}""");

        var change = Assert.Single(await ItemsAsync(staff.Http, $"actor={staff.User.Id}&user={user.Id}"));
        Assert.Equal((staff.User.Email, user.Email), (change.GetProperty("actor_email").GetString(), change.GetProperty("user_email").GetString()));
        var details = change.GetProperty("details");
        Assert.Equal(["before", "after"], details.EnumerateObject().Select(side => side.Name).OrderDescending());
        Assert.True(details.GetProperty("before").GetProperty("is_active").GetBoolean());
        Assert.False(details.GetProperty("after").GetProperty("is_active").GetBoolean());
        Assert.Equal("a", Assert.Single(details.GetProperty("before").GetProperty("roles").EnumerateArray()).GetString());

        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await http.SendAsync(
            new(HttpMethod.Delete, "/api/v1/auth/me") { Content = JsonContent.Create(new { password = user.Password }) },
            TestContext.Current.CancellationToken))
            .ShouldBeAsync(HttpStatusCode.NoContent);
        var remaining = await ItemsAsync(staff.Http, $"user={user.Id}");
        Assert.Equal(4, remaining.Count);
        Assert.Equal("user.deleted", remaining[0].GetProperty("action").GetString());
        Assert.All(
            remaining,
            e => Assert.All(["user_email", "ip", "user_agent", "details"], field => Assert.Equal(JsonValueKind.Null, e.GetProperty(field).ValueKind)));
    }

    /// <remarks>Tries every combination of filters on events that differ in every field, and compares each result with the events that should match.</remarks>
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

        var queries = 0;
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
                        queries++;
                    }
                }
            }
        }

        Assert.Equal(81, queries);
    }

    /// <remarks>Several events share a timestamp, so that pages end between equal timestamps. Events that arrive in the meantime are newer.</remarks>
    [Theory]
    [InlineData("", 1)]
    [InlineData("&user={0}", 3)]
    [InlineData("&actor={0}&user={0}", 4)]
    [InlineData("&actor={0}&action=user.updated", 20)]
    [InlineData("&action=user.updated", 200)]
    public async Task Pages_contain_every_event_once_while_new_ones_arrive(string filter, int limit)
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
    public async Task An_invalid_value_is_rejected_with_the_name_of_its_parameter(string query, string field)
    {
        var problem = await (await (await CallerAsync()).FetchAsync($"{Route}?{query}")).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    public async Task All_invalid_parameters_are_reported_together()
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
    public async Task Boundary_values_are_accepted(string query) =>
        await (await (await CallerAsync()).FetchAsync($"{Route}?{query}")).ShouldBeAsync(HttpStatusCode.OK);

    [Fact]
    public async Task Only_staff_with_a_second_factor_can_read_the_events()
    {
        var (_, _, http) = await app.SignUpAsync();
        var staff = await app.SupportAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(staff.Http);
        var (_, _, withoutSecondFactor) = await app.SignUpAdminAsync();

        await (await staff.Http.FetchAsync(Route)).ShouldBeAsync(HttpStatusCode.OK);
        await (await http.FetchAsync(Route)).ShouldBeProblemAsync(403, "forbidden");
        await (await app.WithKey(key).FetchAsync(Route)).ShouldBeProblemAsync(403, "forbidden");
        await (await withoutSecondFactor.FetchAsync(Route)).ShouldBeProblemAsync(403, "two_factor_required");
        await (await app.Anonymous().FetchAsync(Route)).ShouldBeProblemAsync(401, "unauthenticated");
    }

    private Task<object?> WriteAsync(Guid person, DateTimeOffset at, int count) => app.SqlAsync(
        "INSERT INTO audit_events (id, occurred_at, action, outcome, actor_id, user_id) SELECT gen_random_uuid(), $2 + (n / 6) * interval '1 minute', "
            + "'user.updated', 'success', $1, $1 FROM generate_series(1, $3) AS n",
        person, at.UtcDateTime, count);

    private static async Task<List<JsonElement>> ItemsAsync(HttpClient http, string query) =>
        [.. (await (await http.FetchAsync($"{Route}?{query}")).JsonAsync(HttpStatusCode.OK)).GetProperty("items").EnumerateArray()];

    private async Task<HttpClient> CallerAsync() => (await app.SupportAsync()).Http;
}
