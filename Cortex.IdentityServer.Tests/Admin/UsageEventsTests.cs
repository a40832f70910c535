using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin;

/// <summary>Staff sees the usage that Polar hasn't accepted.</summary>
public sealed class UsageEventsTests(SharedStaffApp app) : IClassFixture<SharedStaffApp>
{
    private const string Route = "/api/v1/admin/billing/usage-events";

    private static readonly DateTimeOffset Hour = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Events_are_listed_with_what_Polar_said_and_whose_they_are()
    {
        var user = await app.RegisterAsync();
        var refused = await WriteAsync(user.Id, Hour, "refused");
        var waiting = await WriteAsync(user.Id, Hour.AddHours(1), "waiting", provider: "");
        await WriteAsync(user.Id, Hour.AddHours(2), "accepted");

        var items = (await PageAsync($"user={user.Id}")).GetProperty("items").EnumerateArray().ToList();

        Assert.Equal([waiting, refused], items.Select(item => item.GetProperty("external_id").GetString()));
        Assert.Equal(
            [
                "external_id", "user_id", "user_email", "provider", "hour", "number", "requests", "tokens_used", "cost_usd", "state", "error", "created_at",
                "sent_at", "refused_at",
            ],
            items[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal(["waiting", "refused"], items.Select(item => item.GetProperty("state").GetString()));
        Assert.Equal([null, "openai"], items.Select(item => item.GetProperty("provider").GetString()));
        Assert.Equal([null, "422 RequestValidationError: no"], items.Select(item => item.GetProperty("error").GetString()));
        Assert.Equal([JsonValueKind.Null, JsonValueKind.String], items.Select(item => item.GetProperty("refused_at").ValueKind));
        Assert.Equal([JsonValueKind.Null, JsonValueKind.String], items.Select(item => item.GetProperty("sent_at").ValueKind));
        Assert.All(items, item => Assert.Equal((user.Id, user.Email), (item.GetProperty("user_id").GetGuid(), item.GetProperty("user_email").GetString())));
        Assert.Equal(Hour, items[1].GetProperty("hour").GetDateTimeOffset());
        Assert.Equal((7, -480, 0.000012m), (
            items[1].GetProperty("requests").GetInt64(), items[1].GetProperty("tokens_used").GetInt64(), items[1].GetProperty("cost_usd").GetDecimal()));
    }

    [Fact]
    public async Task Filters_combine_and_a_refused_event_can_be_sent_again_by_its_id()
    {
        var (one, other) = (await app.RegisterAsync(), await app.RegisterAsync());
        var refused = await WriteAsync(one.Id, Hour, "refused");
        var waiting = await WriteAsync(one.Id, Hour, "waiting", number: 2);
        var others = await WriteAsync(other.Id, Hour, "refused");

        Assert.Equal([refused], await IdsAsync($"state=refused&user={one.Id}"));
        Assert.Equal([waiting], await IdsAsync($"state=waiting&user={one.Id}"));
        var all = await IdsAsync("state=refused&limit=200");
        Assert.Contains(refused, all);
        Assert.Contains(others, all);
        Assert.DoesNotContain(waiting, all);
        Assert.Empty(await IdsAsync($"user={Guid.NewGuid()}"));

        await (await (await app.AdminAsync()).Http.PostNothingAsync($"{Route}/{refused}/retry")).JsonAsync(HttpStatusCode.Accepted);

        Assert.Equal(new[] { refused, waiting }.Order(StringComparer.Ordinal), (await IdsAsync($"state=waiting&user={one.Id}")).Order(StringComparer.Ordinal));
        Assert.Empty(await IdsAsync($"state=refused&user={one.Id}"));
    }

    /// <remarks>Many events have the same hour, and an event disappears between two pages.</remarks>
    [Fact]
    public async Task Pages_contain_every_event_once()
    {
        var user = await app.RegisterAsync();
        var expected = new List<string>();
        for (var number = 1; number <= 11; number++)
        {
            expected.Add(await WriteAsync(user.Id, Hour.AddHours(number % 3), number % 2 == 0 ? "refused" : "waiting", number: number));
        }

        foreach (var (query, wanted) in new[] { ("", expected), ("&state=refused", [.. expected.Where((_, index) => index % 2 == 1)]) })
        {
            var seen = new List<string>();
            string? cursor = null;
            do
            {
                var page = await PageAsync($"limit=3&user={user.Id}{query}" + (cursor is null ? "" : $"&cursor={cursor}"));
                seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("external_id").GetString()!));
                cursor = page.GetProperty("next_cursor").GetString();
            }
            while (cursor is not null);

            Assert.Equal(wanted.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        }

        var first = await PageAsync($"limit=5&user={user.Id}");
        var last = first.GetProperty("items").EnumerateArray().Last().GetProperty("external_id").GetString()!;
        await app.SqlAsync("DELETE FROM billing_meter_events WHERE external_id = $1", last);
        Assert.Equal(6, (await IdsAsync($"limit=200&user={user.Id}&cursor={first.GetProperty("next_cursor").GetString()}")).Length);
    }

    [Fact]
    public async Task The_usage_of_an_account_that_is_being_deleted_isnt_listed()
    {
        var user = await app.RegisterAsync();
        await WriteAsync(user.Id, Hour, "refused");
        await app.SqlAsync("UPDATE users SET deleted_at = now() WHERE id = $1", user.Id);

        Assert.Empty(await IdsAsync($"user={user.Id}"));
    }

    [Theory]
    [InlineData("state", "accepted")]
    [InlineData("state", "")]
    [InlineData("user", "ada")]
    [InlineData("limit", "0")]
    [InlineData("limit", "201")]
    [InlineData("cursor", "x")]
    public async Task Invalid_parameters_are_refused(string name, string value)
    {
        var problem = await (await (await app.SupportAsync()).Http.FetchAsync($"{Route}?{name}={value}")).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal([name], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    private async Task<string> WriteAsync(Guid userId, DateTimeOffset hour, string state, string provider = "openai", int number = 1)
    {
        var id = "ctx-" + Guid.NewGuid().ToString("N") + "01234567";
        await app.SqlAsync(
            """
            INSERT INTO billing_meter_events
                (user_id, hour, provider, number, external_id, requests, tokens_used, cost_micros, created_at, sent_at, accepted_at, parked_at, error)
            VALUES ($1, $2, $3, $4, $5, 7, -480, 12, $2, CASE WHEN $6 <> 'waiting' THEN $2 END, CASE WHEN $6 = 'accepted' THEN $2 END,
                CASE WHEN $6 = 'refused' THEN $2 END, CASE WHEN $6 = 'refused' THEN '422 RequestValidationError: no' END)
            """,
            userId, hour.UtcDateTime, provider, number, id, state);
        return id;
    }

    private async Task<JsonElement> PageAsync(string query) =>
        await (await (await app.SupportAsync()).Http.FetchAsync($"{Route}?{query}")).JsonAsync(HttpStatusCode.OK);

    private async Task<string[]> IdsAsync(string query) =>
        [.. (await PageAsync(query)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("external_id").GetString()!)];
}
