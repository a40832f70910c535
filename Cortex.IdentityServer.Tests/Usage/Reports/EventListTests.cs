using System.Globalization;
using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage.Reports;

/// <summary>People and services list the events of their usage, newest first.</summary>
public sealed class EventListTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Events = UsageSteps.Route + "/events";

    [Fact]
    public async Task An_event_is_shown_as_it_was_reported()
    {
        var reporter = await app.NewReporterAsync();
        var (id, at) = (Guid.CreateVersion7(), app.Clock.GetUtcNow().AddMinutes(-3));
        await reporter.Key.ReportAsync(new
        {
            id,
            endpoint = "/v1/a",
            tokens_used = 7,
            cost_usd = "0.000001",
            provider = "openai",
            response_time_ms = 12,
            status_code = 502,
            error_message = "broke\nbadly",
            created_at = at.Iso(),
        });

        var page = await PageAsync(reporter.Session, "");

        Assert.Equal(["items", "next_cursor"], page.EnumerateObject().Select(field => field.Name));
        Assert.Equal(JsonValueKind.Null, page.GetProperty("next_cursor").ValueKind);
        var item = Assert.Single(page.GetProperty("items").EnumerateArray());
        Assert.Equal(
            ["id", "api_key_id", "endpoint", "tokens_used", "cost_usd", "provider", "response_time_ms", "status_code", "error_message", "created_at"],
            item.EnumerateObject().Select(field => field.Name));
        Assert.Equal((id, reporter.KeyId), (item.GetProperty("id").GetGuid(), item.GetProperty("api_key_id").GetGuid()));
        Assert.Equal("0.000001", item.GetProperty("cost_usd").GetRawText());
        Assert.Equal((7, 12, 502), (Number("tokens_used"), Number("response_time_ms"), Number("status_code")));
        Assert.Equal(("/v1/a", "openai", "broke\nbadly"), (Text("endpoint"), Text("provider"), Text("error_message")));
        Assert.Equal(at.AddTicks(-(at.Ticks % 10)), item.GetProperty("created_at").GetDateTimeOffset());

        int Number(string name) => item.GetProperty(name).GetInt32();
        string? Text(string name) => item.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Pages_show_each_event_once_newest_first_also_at_equal_times()
    {
        var reporter = await app.NewReporterAsync();
        await app.SqlAsync(
            """
            INSERT INTO usage_logs (user_id, endpoint, tokens_used, created_at)
            SELECT $1, '/a', n, CASE WHEN n = 1 THEN NULL WHEN n = 2 THEN '-infinity' WHEN n = 3 THEN 'infinity'
                ELSE '2026-11-01 12:00Z'::timestamptz + n / 10 * interval '1 second' END
            FROM generate_series(1, 107) AS n
            """,
            reporter.UserId);

        var items = new List<JsonElement>();
        string? cursor = null;
        var pages = 0;
        do
        {
            var page = await PageAsync(reporter.Session, $"?limit=25{(cursor is null ? "" : "&cursor=" + cursor)}");
            items.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("next_cursor").GetString();
            pages++;
        }
        while (cursor is not null);

        Assert.Equal(5, pages);
        Assert.Equal(107, items.Select(item => item.GetProperty("id").GetGuid()).Distinct().Count());
        Assert.Equal(3, Tokens(items[0]));
        Assert.Equal([1, 2], items.TakeLast(2).Select(Tokens).Order());
        var times = items.Skip(1).SkipLast(2).Select(item => item.GetProperty("created_at").GetDateTimeOffset()).ToList();
        Assert.Equal(times.OrderDescending(), times);
    }

    [Theory]
    [InlineData("endpoint=%2Fa", "1,2")]
    [InlineData("endpoint=%2FA", "")]
    [InlineData("provider=openai", "1,3")]
    [InlineData("provider=openai&endpoint=%2Fb", "3")]
    [InlineData("status=200", "1")]
    [InlineData("status=error", "2,4")]
    [InlineData("status=error&endpoint=%2Fb", "4")]
    [InlineData("from=2026-11-02T00:00:00Z", "2,3,4")]
    [InlineData("to=2026-11-03T00:00:00Z", "1,2")]
    [InlineData("from=2026-11-02T00:00:00Z&to=2026-11-03T00:00:00Z", "2")]
    [InlineData("from=2026-11-02T00:00:00Z&to=2026-11-02T00:00:00Z", "")]
    [InlineData("status=error&from=2026-11-03T00:00:00Z", "4")]
    [InlineData("api_key=00000000-0000-0000-0000-000000000000", "")]
    public async Task Filters_select_events_and_combine(string filter, string expected)
    {
        var reporter = await app.NewReporterAsync();
        await app.SqlAsync(
            """
            INSERT INTO usage_logs (user_id, endpoint, provider, status_code, error_message, tokens_used, created_at) VALUES
                ($1, '/a', 'openai', 200, 'only a warning', 1, '2026-11-01 12:00Z'), ($1, '/a', NULL, 404, NULL, 2, '2026-11-02 12:00Z'),
                ($1, '/b', 'openai', NULL, NULL, 3, '2026-11-03 12:00Z'), ($1, '/b', 'google', NULL, 'broke', 4, '2026-11-04 12:00Z'),
                ($1, '/c', 'none', 204, NULL, 5, NULL), ($1, '/c', 'none', 204, NULL, 6, 'infinity'), ($1, '/c', 'none', 204, NULL, 7, '-infinity')
            """,
            reporter.UserId);

        var items = (await PageAsync(reporter.Session, "?" + filter)).GetProperty("items").EnumerateArray();

        Assert.Equal(expected, string.Join(',', items.Select(Tokens).Order()));
    }

    [Fact]
    public async Task A_key_sees_only_its_own_events_unless_it_has_the_scope()
    {
        var reporter = await app.NewReporterAsync();
        var (otherId, other) = await CortexApp.GenerateKeyAsync(reporter.Session);
        var (_, reader) = await CortexApp.GenerateKeyAsync(reporter.Session, "usage:read");
        var stranger = await app.NewReporterAsync("usage:read");
        await reporter.Key.ReportAsync(new { endpoint = "/a", tokens_used = 1 });
        await app.WithKey(other).ReportAsync(new { endpoint = "/a", tokens_used = 2 });
        await stranger.Key.ReportAsync(new { endpoint = "/a", tokens_used = 3 });

        foreach (var (http, filter, tokens) in new[]
        {
            (reporter.Session, "", "1,2"), (reporter.Session, $"?api_key={otherId}", "2"), (reporter.Session, $"?api_key={stranger.KeyId}", ""),
            (reporter.Key, "", "1"), (reporter.Key, "?endpoint=/a", "1"), (reporter.Key, $"?api_key={reporter.KeyId}", "1"),
            (reporter.Key, $"?api_key={otherId}", ""), (app.WithKey(reader), "", "1,2"), (app.WithKey(reader), $"?api_key={otherId}", "2"),
            (app.WithKey(reader), $"?api_key={stranger.KeyId}", ""), (stranger.Key, "", "3"), (stranger.Key, $"?api_key={reporter.KeyId}", ""),
        })
        {
            var items = (await PageAsync(http, filter)).GetProperty("items").EnumerateArray();
            Assert.Equal(tokens, string.Join(',', items.Select(Tokens).Order()));
        }
    }

    /// <remarks>A page compares at most 5,000 events with the filter, so it may be empty although a match follows.</remarks>
    [Fact]
    public async Task A_filter_that_few_events_match_is_answered_in_several_pages()
    {
        var reporter = await app.NewReporterAsync();
        await app.SqlAsync(
            """
            INSERT INTO usage_logs (user_id, endpoint, tokens_used, created_at)
            SELECT $1, CASE WHEN n IN (1, 7000, 12000) THEN '/rare' ELSE '/a' END, n, '2026-11-01 12:00Z'::timestamptz + n * interval '1 second'
            FROM generate_series(1, 12000) AS n
            """,
            reporter.UserId);

        var found = new List<int>();
        var sizes = new List<int>();
        string? cursor = null;
        do
        {
            var page = await PageAsync(reporter.Session, $"?endpoint=/rare&limit=2{(cursor is null ? "" : "&cursor=" + cursor)}");
            var tokens = page.GetProperty("items").EnumerateArray().Select(Tokens).ToList();
            sizes.Add(tokens.Count);
            found.AddRange(tokens);
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal([12000, 7000, 1], found);
        Assert.Equal([1, 1, 1], sizes);
    }

    [Fact]
    public async Task A_cost_that_isnt_a_number_is_null()
    {
        var reporter = await app.NewReporterAsync();
        await app.SqlAsync(
            """
            INSERT INTO usage_logs (user_id, endpoint, tokens_used, cost_usd, created_at) VALUES
                ($1, '/a', 1, 'NaN', '2026-11-04Z'), ($1, '/a', NULL, NULL, '2026-11-03Z'), ($1, '/a', -3, -9999.999999, '2026-11-02Z'),
                ($1, '/a', 4, 0.250000, '2026-11-01Z')
            """,
            reporter.UserId);

        var items = (await PageAsync(reporter.Session, "")).GetProperty("items").EnumerateArray();

        Assert.Equal(["null", "null", "-9999.999999", "0.25"], items.Select(item => item.GetProperty("cost_usd").GetRawText()));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("api_key=1", "api_key")]
    [InlineData("endpoint=", "endpoint")]
    [InlineData("endpoint=%00", "endpoint")]
    [InlineData("provider=", "provider")]
    [InlineData("status=", "status")]
    [InlineData("status=2xx", "status")]
    [InlineData("status=99", "status")]
    [InlineData("status=600", "status")]
    [InlineData("status=error&status=200", "status")]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=2026-01-01", "to")]
    [InlineData("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from")]
    public async Task A_bad_parameter_is_named(string query, string field)
    {
        var (_, _, http) = await app.SignUpAsync();

        var problem = await (await http.FetchAsync($"{Events}?{query}")).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    public async Task Text_that_is_too_long_is_refused()
    {
        var (_, _, http) = await app.SignUpAsync();

        foreach (var (field, length) in new[] { ("endpoint", 255), ("provider", 50) })
        {
            await (await http.FetchAsync($"{Events}?{field}={new string('ü', length)}")).ShouldBeAsync(HttpStatusCode.OK);
            var problem = await (await http.FetchAsync($"{Events}?{field}={new string('ü', length + 1)}")).ShouldBeProblemAsync(400, "validation_failed");
            Assert.Contains(length.ToString(CultureInfo.InvariantCulture), problem.ErrorsOf(field)[0], StringComparison.Ordinal);
        }
    }

    private static int Tokens(JsonElement item) => item.GetProperty("tokens_used").GetInt32();

    private static async Task<JsonElement> PageAsync(HttpClient http, string query) =>
        await (await http.FetchAsync(Events + query)).JsonAsync(HttpStatusCode.OK);
}
