using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary><c>POST /usage</c>: what services report is in the ledger when the response arrives.</summary>
public sealed class ReportUsageTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = UsageSteps.Route;

    [Fact]
    public async Task An_event_is_committed_with_all_its_fields_when_the_response_arrives()
    {
        var caller = await app.NewReporterAsync();
        var id = Guid.NewGuid();
        var at = app.Clock.GetUtcNow().AddDays(-2);

        var counts = await caller.Key.ReportAsync(new
        {
            id,
            endpoint = "/v1/search",
            tokens_used = 412,
            cost_usd = "0.000824",
            provider = "openai",
            response_time_ms = 187,
            status_code = 503,
            error_message = "line one\nline two",
            created_at = at.Iso(),
        });

        Assert.Equal((1, 0), counts);
        Assert.Equal(
            $"({id},{caller.UserId},{caller.KeyId},/v1/search,412,0.000824,openai,187,503,\"line one\nline two\")",
            await app.SqlAsync(
                "SELECT (id, user_id, api_key_id, endpoint, tokens_used, cost_usd, provider, response_time_ms, status_code, error_message)::text "
                    + "FROM usage_logs WHERE id = $1",
                id));
        var stored = new DateTimeOffset((DateTime)(await app.SqlAsync("SELECT created_at FROM usage_logs WHERE id = $1", id))!);
        Assert.Equal(at.ToUnixTimeMilliseconds(), stored.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task An_event_with_only_an_endpoint_gets_defaults_and_an_id_that_sorts_by_time()
    {
        var caller = await app.NewReporterAsync();

        Assert.Equal((1, 0), await caller.Key.ReportAsync(new { endpoint = "/v1/x" }));

        Assert.Equal("0,0.000000,7", await app.SqlAsync(
            "SELECT tokens_used || ',' || cost_usd || ',' || substr(id::text, 15, 1) FROM usage_logs WHERE user_id = $1", caller.UserId));
    }

    [Fact]
    public async Task An_array_is_recorded_as_a_whole_and_its_sums_are_exact()
    {
        var caller = await app.NewReporterAsync();

        var counts = await caller.Key.ReportAsync(
            Enumerable.Range(0, 1000).Select(i => new { endpoint = $"/v1/{i % 3}", tokens_used = i, cost_usd = 0.000001m * i }).ToArray());

        Assert.Equal((1000, 0), counts);
        Assert.Equal("1000 requests, 499500 tokens, 0.4995 dollars", await app.LedgerAsync(caller.UserId));
        Assert.Equal("1000 requests, 499500 tokens, 0.4995 dollars", await app.SumsAsync(caller.UserId));
    }

    [Theory]
    [InlineData("cost_usd", "10000")]
    [InlineData("cost_usd", "-0.000001")]
    [InlineData("cost_usd", "0.0000001")]
    [InlineData("cost_usd", "1e-7")]
    [InlineData("cost_usd", "9999.9999991")]
    [InlineData("cost_usd", "\"NaN\"")]
    [InlineData("cost_usd", "\"1,5\"")]
    [InlineData("cost_usd", "\" 1\"")]
    [InlineData("cost_usd", "true")]
    [InlineData("cost_usd", "0.00000010000000000000000000000000000001")]
    [InlineData("tokens_used", "-1")]
    [InlineData("tokens_used", "2147483648")]
    [InlineData("tokens_used", "1.5")]
    [InlineData("tokens_used", "\"1\"")]
    [InlineData("response_time_ms", "-1")]
    [InlineData("status_code", "99")]
    [InlineData("status_code", "600")]
    [InlineData("provider", "\"\"")]
    [InlineData("provider", "\"012345678901234567890123456789012345678901234567890\"")]
    [InlineData("provider", "\"a\\u0000b\"")]
    [InlineData("error_message", "\"a\\u0000b\"")]
    [InlineData("error_message", "\"\\ud800\"")]
    [InlineData("error_message", "7")]
    [InlineData("id", "\"x\"")]
    [InlineData("id", "\"00000000-0000-0000-0000-000000000000\"")]
    [InlineData("id", "7")]
    [InlineData("created_at", "\"2026-11-26\"")]
    [InlineData("created_at", "\"2026-11-26T12:00:00\"")]
    [InlineData("created_at", "1764000000")]
    [InlineData("created_at", "\"1970-01-01T00:00:00+01:00\"")]
    [InlineData("created_at", "\"0001-01-01T00:00:00Z\"")]
    [InlineData("created_at", "\"\\ud800026-11-26T12:00:00Z\"")]
    [InlineData("id", "\"\\ud800\"")]
    [InlineData("api_key_id", "\"\\ud800\"")]
    public async Task One_bad_event_is_named_and_nothing_is_recorded(string field, string value)
    {
        var caller = await app.NewReporterAsync();
        var good = """{"endpoint":"/v1/x"}""";

        var problem = await (await caller.Key.PostTextAsync(Route, $$"""[{{good}},{{good}},{{good}},{"endpoint":"/v1/x","{{field}}":{{value}}}]"""))
            .ShouldBeProblemAsync(400, "validation_failed");

        Assert.Single(problem.GetProperty("errors").EnumerateObject());
        Assert.NotEmpty(problem.ErrorsOf($"[3].{field}"));
        Assert.Equal("0 requests, 0 tokens, 0 dollars", await app.LedgerAsync(caller.UserId));
    }

    [Fact]
    public async Task Every_bad_event_is_named()
    {
        var caller = await app.NewReporterAsync();

        var problem = await (await caller.Key.PostTextAsync(
            Route, """[{"tokens_used":1},7,{"endpoint":" "},{"endpoint":"x","cost_usd":-1,"status_code":1}]""")).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(
            ["[0].endpoint", "[1]", "[2].endpoint", "[3].cost_usd", "[3].status_code"],
            problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_single_bad_event_is_named_without_a_position()
    {
        var caller = await app.NewReporterAsync();

        var problem = await (await caller.Key.PostTextAsync(Route, """{"endpoint":"x","cost_usd":"1e9"}""")).ShouldBeProblemAsync(400, "validation_failed");

        Assert.NotEmpty(problem.ErrorsOf("cost_usd"));
    }

    [Fact]
    public async Task An_unknown_field_is_refused()
    {
        var caller = await app.NewReporterAsync();

        var problem = await (await caller.Key.PostTextAsync(Route, """[{"endpoint":"x"},{"endpoint":"x","user_id":"y"}]"""))
            .ShouldBeProblemAsync(400, "unknown_field");

        Assert.NotEmpty(problem.ErrorsOf("[1].user_id"));
        Assert.Equal("0 requests, 0 tokens, 0 dollars", await app.LedgerAsync(caller.UserId));
    }

    [Theory]
    [InlineData("", "malformed_request")]
    [InlineData("[", "malformed_request")]
    [InlineData("""{"endpoint":"a","endpoint":"b"}""", "malformed_request")]
    [InlineData("""{"endpoint":"a","\ud800":1}""", "malformed_request")]
    [InlineData("""[{"endpoint":"a","\ud800":1,"\ud800":1}]""", "malformed_request")]
    [InlineData("[]", "validation_failed")]
    [InlineData("null", "validation_failed")]
    [InlineData("7", "validation_failed")]
    public async Task A_body_without_events_is_refused(string body, string code)
    {
        var caller = await app.NewReporterAsync();

        await (await caller.Key.PostTextAsync(Route, body)).ShouldBeProblemAsync(400, code);
    }

    [Fact]
    public async Task More_than_1000_events_and_more_than_1_MiB_are_refused()
    {
        var caller = await app.NewReporterAsync();

        await (await caller.Key.PostAsync(Route, Enumerable.Repeat(new { endpoint = "x" }, 1001).ToArray())).ShouldBeProblemAsync(400, "validation_failed");
        await (await caller.Key.PostAsync(Route, new { endpoint = "x", error_message = new string('x', 1024 * 1024) }))
            .ShouldBeProblemAsync(413, "payload_too_large");
        await (await caller.Key.PostTextAsync(Route, "endpoint=x", "application/x-www-form-urlencoded")).ShouldBeProblemAsync(415, "unsupported_media_type");
        Assert.Equal("0 requests, 0 tokens, 0 dollars", await app.LedgerAsync(caller.UserId));
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("\"9999.999999\"", "9999.999999")]
    [InlineData("0.10", "0.1")]
    [InlineData("\"25e-3\"", "0.025")]
    [InlineData("0", "0")]
    [InlineData("null", "0")]
    public async Task A_cost_is_stored_exactly(string value, string stored)
    {
        var caller = await app.NewReporterAsync();

        await (await caller.Key.PostTextAsync(Route, $$"""{"endpoint":"x","cost_usd":{{value}}}""")).JsonAsync(HttpStatusCode.Accepted);

        Assert.Equal($"1 requests, 0 tokens, {stored} dollars", await app.LedgerAsync(caller.UserId));
    }

    [Theory]
    [InlineData(-35 * 24 * 60 + 1, true)]
    [InlineData(-35 * 24 * 60 - 1, false)]
    [InlineData(4, true)]
    [InlineData(6, false)]
    public async Task An_event_may_be_35_days_old_and_5_minutes_ahead(int minutes, bool isAccepted)
    {
        var caller = await app.NewReporterAsync();

        var answer = await caller.Key.PostAsync(Route, new { endpoint = "x", created_at = app.Clock.GetUtcNow().AddMinutes(minutes).Iso() });

        Assert.Equal(isAccepted ? HttpStatusCode.Accepted : HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_session_and_an_anonymous_caller_cannot_report()
    {
        var caller = await app.NewReporterAsync();

        await (await caller.Session.PostAsync(Route, new { endpoint = "x" })).ShouldBeProblemAsync(403, "forbidden");
        await (await app.Anonymous().PostAsync(Route, new { endpoint = "x" })).ShouldBeProblemAsync(401, "unauthenticated");
    }
}
