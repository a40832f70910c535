using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage.Reports;

/// <summary>Events are exported as CSV and as lines of JSON, for as long as the caller has the right to see them.</summary>
public sealed class EventExportTests(SharedStaffApp app) : IClassFixture<SharedStaffApp>
{
    private const string Events = UsageSteps.Route + "/events";
    private const string Lines = "application/x-ndjson";
    private const string Csv = "text/csv";
    private const int Count = 5_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lines_of_JSON_have_all_events_newest_first()
    {
        var reporter = await app.NewReporterAsync();
        await WriteAsync(reporter, Count);

        var text = await ExportAsync(reporter.Key, Lines, "?limit=2");

        var events = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(Enumerable.Range(1, Count).Reverse(), events.Select(item => item.GetProperty("tokens_used").GetInt32()));
        var page = (await (await reporter.Key.FetchAsync(Events + "?limit=3")).JsonAsync(HttpStatusCode.OK)).GetProperty("items").EnumerateArray();
        Assert.Equal(page.Select(item => item.GetRawText()), events.Take(3).Select(item => item.GetRawText()));
    }

    [Fact]
    public async Task CSV_has_all_events_and_runs_no_formula()
    {
        var reporter = await app.NewReporterAsync();
        await WriteAsync(reporter, Count);
        await app.SqlAsync(
            """
            INSERT INTO usage_logs (id, user_id, endpoint, tokens_used, cost_usd, provider, error_message, created_at)
            VALUES ('0199f0f0-0000-7000-8000-000000000001', $1, '=1+1', -5, -0.5, '@SUM(A1)', E'+"a",\nb', '2026-11-28 12:00:00.25Z')
            """,
            reporter.UserId);

        var text = await ExportAsync(reporter.Session, Csv, "");

        Assert.StartsWith(
            "id,api_key_id,endpoint,tokens_used,cost_usd,provider,response_time_ms,status_code,error_message,created_at\r\n"
                + "0199f0f0-0000-7000-8000-000000000001,,'=1+1,-5,-0.5,'@SUM(A1),,,\"'+\"\"a\"\",\nb\",2026-11-28T12:00:00.25Z\r\n",
            text,
            StringComparison.Ordinal);
        Assert.Equal(Count + 3, text.Split("\r\n").Length);
        Assert.Equal("", text.Split("\r\n")[^1]);
    }

    [Fact]
    public async Task Filters_and_a_cursor_apply_to_an_export()
    {
        var reporter = await app.NewReporterAsync();
        await WriteAsync(reporter, 50);
        var cursor = (await (await reporter.Session.FetchAsync(Events + "?limit=10")).JsonAsync(HttpStatusCode.OK)).GetProperty("next_cursor").GetString();

        Assert.Equal(5, (await ExportAsync(reporter.Session, Lines, "?status=error")).Count(letter => letter == '\n'));
        Assert.Equal(40, (await ExportAsync(reporter.Session, Lines, $"?cursor={cursor}")).Count(letter => letter == '\n'));
        Assert.Equal("", await ExportAsync(reporter.Session, Lines, "?endpoint=/none"));
        Assert.Single((await ExportAsync(reporter.Session, Csv, "?endpoint=/none")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task HEAD_has_the_headers_and_a_bad_parameter_is_a_problem_before_anything_is_written()
    {
        var reporter = await app.NewReporterAsync();
        foreach (var (accept, contentType) in new[] { (Csv, "text/csv; charset=utf-8"), (Lines, Lines) })
        {
            using var head = new HttpRequestMessage(HttpMethod.Head, Events);
            head.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
            using var response = await reporter.Key.SendAsync(head, Ct);
            Assert.Equal((HttpStatusCode.OK, contentType), (response.StatusCode, response.Content.Headers.ContentType?.ToString()));

            using var bad = new HttpRequestMessage(HttpMethod.Get, Events + "?status=bad");
            bad.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
            await (await reporter.Key.SendAsync(bad, Ct)).ShouldBeProblemAsync(400, "validation_failed");
        }
    }

    [Theory]
    [InlineData("session", Lines, "session_revoked")]
    [InlineData("session", Csv, "account_disabled")]
    [InlineData("key", Lines, "invalid_api_key")]
    [InlineData("key", Csv, "api_key_expired")]
    [InlineData("reader", Lines, "insufficient_scope")]
    [InlineData("key", Lines, "account_disabled")]
    public async Task An_export_is_aborted_when_its_caller_loses_the_right_midway(string caller, string accept, string code)
    {
        var reporter = await app.NewReporterAsync();
        var (readerId, reader) = await CortexApp.GenerateKeyAsync(reporter.Session, "usage:read");
        await WriteAsync(reporter, 4 * Count, errorLength: 2000);
        var http = caller switch { "session" => reporter.Session, "key" => reporter.Key, _ => app.WithKey(reader) };
        using var slow = app.SlowClient(http);
        slow.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        using var response = await slow.GetAsync(Events, HttpCompletionOption.ResponseHeadersRead, Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var text = new StreamReader(await response.Content.ReadAsStreamAsync(Ct));
        Assert.NotNull(await text.ReadLineAsync(Ct));

        await EndRightAsync(reporter, readerId, code, caller == "session");
        var lines = 1;
        var end = await Record.ExceptionAsync(async () =>
        {
            while (await text.ReadLineAsync(Ct) is not null)
            {
                lines++;
            }
        });

        Assert.IsType<IOException>(end, exactMatch: false);
        Assert.InRange(lines, 1, (4 * Count) - 1);
        var logged = code == "account_disabled" && caller == "key" ? "invalid_api_key" : code;
        Assert.Contains($"usage of user {reporter.UserId} was cut short: its caller lost the right to it ({logged})", app.Log, StringComparison.Ordinal);
    }

    private async Task EndRightAsync(Reporter reporter, Guid readerId, string code, bool isSession)
    {
        switch (code)
        {
            case "session_revoked":
                await (await reporter.Session.PostNothingAsync("/api/v1/auth/logout")).ShouldBeAsync(HttpStatusCode.NoContent);
                break;
            case "account_disabled":
                var admin = await app.AdminAsync();
                await (await admin.Http.UpdateUserAsync(reporter.UserId, new { is_active = false })).ShouldBeAsync(HttpStatusCode.OK);
                break;
            case "api_key_expired":
                await app.SqlAsync("UPDATE api_keys SET expires_at = $2 WHERE id = $1", reporter.KeyId, app.Clock.GetUtcNow().UtcDateTime);
                break;
            case "insufficient_scope":
                await app.SqlAsync("UPDATE api_keys SET scopes = '{}' WHERE id = $1", readerId);
                break;
            default:
                Assert.False(isSession);
                await (await reporter.Session.RemoveAsync($"/api/v1/auth/api-keys/{reporter.KeyId}")).ShouldBeAsync(HttpStatusCode.NoContent);
                break;
        }
    }

    private Task<object?> WriteAsync(Reporter reporter, int count, int errorLength = 0) => app.SqlAsync(
        """
        INSERT INTO usage_logs (user_id, api_key_id, endpoint, tokens_used, status_code, error_message, created_at)
        SELECT $1, $2, '/a', n, CASE WHEN n % 10 = 0 THEN 500 ELSE 200 END, nullif(repeat('x', $4), ''),
            '2026-11-01 12:00Z'::timestamptz + n * interval '1 second'
        FROM generate_series(1, $3) AS n
        """,
        reporter.UserId, reporter.KeyId, count, errorLength);

    private static async Task<string> ExportAsync(HttpClient http, string accept, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Events + query);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        using var response = await http.SendAsync(request, Ct);
        await response.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(accept, response.Content.Headers.ContentType?.MediaType);
        return await response.TextAsync();
    }
}
