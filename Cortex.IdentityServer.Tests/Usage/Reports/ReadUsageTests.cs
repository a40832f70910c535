using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage.Reports;

/// <summary>People and services see their own usage, as JSON or as CSV.</summary>
public sealed class ReadUsageTests(CortexApp app) : IClassFixture<CortexApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_person_sees_all_of_their_usage_and_a_key_its_own()
    {
        var reporter = await app.NewReporterAsync();
        var (otherId, other) = await CortexApp.GenerateKeyAsync(reporter.Session);
        var (_, reader) = await CortexApp.GenerateKeyAsync(reporter.Session, "usage:read");
        var stranger = await app.NewReporterAsync("usage:read");
        await reporter.Key.ReportAsync(new { endpoint = "/a", tokens_used = 1 });
        await app.WithKey(other).ReportAsync(new { endpoint = "/b", tokens_used = 10 });
        await stranger.Key.ReportAsync(new { endpoint = "/c", tokens_used = 100 });

        foreach (var (http, tokens) in new[]
        {
            (reporter.Session, 11), (reporter.Key, 1), (app.WithKey(other), 10), (app.WithKey(reader), 11), (stranger.Session, 100), (stranger.Key, 100),
        })
        {
            for (var folded = 0; folded < 2; folded++)
            {
                Assert.Equal(tokens, (await http.ReportAsync()).Totals().Tokens);
                Assert.Equal(tokens, (await http.ReportAsync("?group_by=api_key&granularity=month")).Totals().Tokens);
                await app.FoldAsync();
            }
        }

        await reporter.Session.RemoveAsync($"/api/v1/auth/api-keys/{otherId}");
        await (await app.WithKey(other).FetchAsync(UsageSteps.Route)).ShouldBeProblemAsync(401, "invalid_api_key");
        Assert.Equal(11, (await reporter.Session.ReportAsync()).Totals().Tokens);
    }

    [Fact]
    public async Task Groups_of_keys_have_the_keys_names_even_after_a_key_was_revoked()
    {
        var reporter = await app.NewReporterAsync();
        var (revokedId, revoked) = await CortexApp.GenerateKeyAsync(reporter.Session);
        await app.WithKey(revoked).ReportAsync(new { endpoint = "/a" });
        await reporter.Key.ReportAsync(new[] { new { endpoint = "/a" }, new { endpoint = "/a" } });
        await app.SqlAsync("INSERT INTO usage_logs (user_id, endpoint, created_at) VALUES ($1, '/a', $2)", reporter.UserId, app.Clock.GetUtcNow().UtcDateTime);
        await app.SqlAsync("UPDATE api_keys SET name = 'old key', is_active = false, revoked_at = now() WHERE id = $1", revokedId);

        var series = (await reporter.Session.ReportAsync("?group_by=api_key&granularity=month")).Series().TakeLast(3).ToList();

        Assert.Equal([$"{reporter.KeyId}", $"{revokedId}", null], series.Select(point => point.Group()).Order(StringComparer.Ordinal).OrderBy(
            group => group is null).ThenBy(group => group == $"{revokedId}"));
        Assert.Equal("test", series.Single(point => point.Group() == $"{reporter.KeyId}").GetProperty("group_name").GetString());
        Assert.Equal("old key", series.Single(point => point.Group() == $"{revokedId}").GetProperty("group_name").GetString());
        Assert.False(series.Single(point => point.Group() is null).TryGetProperty("group_name", out _));
    }

    /// <remarks>Another program may have stored the id of a key that belongs to somebody else.</remarks>
    [Fact]
    public async Task The_name_of_another_users_key_isnt_shown()
    {
        var reporter = await app.NewReporterAsync();
        var stranger = await app.NewReporterAsync();
        await app.SqlAsync(
            "INSERT INTO usage_logs (user_id, api_key_id, endpoint, created_at) VALUES ($1, $2, '/a', $3)", reporter.UserId, stranger.KeyId,
            app.Clock.GetUtcNow().UtcDateTime);

        var point = (await reporter.Session.ReportAsync("?group_by=api_key")).Series()[^1];

        Assert.Equal($"{stranger.KeyId}", point.Group());
        Assert.False(point.TryGetProperty("group_name", out _));
    }

    [Fact]
    public async Task Statuses_are_grouped_by_class()
    {
        var reporter = await app.NewReporterAsync();
        await app.SqlAsync(
            """
            INSERT INTO usage_logs (user_id, endpoint, status_code, error_message, created_at)
            SELECT $1, '/a', status, CASE WHEN status IS NULL THEN 'broke' END, $2
            FROM unnest(ARRAY[200, 204, 299, 404, 429, 503, 302, 100, NULL, NULL, 999]) AS status
            """,
            reporter.UserId, app.Clock.GetUtcNow().UtcDateTime);

        for (var folded = 0; folded < 2; folded++)
        {
            var groups = (await reporter.Session.ReportAsync("?group_by=status")).Series().Where(point => point.Numbers().Requests > 0)
                .Select(point => (point.Group(), point.Numbers().Requests, point.Numbers().Errors));

            Assert.Equal([("2xx", 3, 0), (null, 3, 3), ("4xx", 2, 2), ("1xx", 1, 0), ("3xx", 1, 0), ("5xx", 1, 1)], groups.OrderByDescending(
                group => group.Requests).ThenBy(group => group.Item1 is null).ThenBy(group => group.Item1, StringComparer.Ordinal));
            await app.FoldAsync();
        }
    }

    [Theory]
    [InlineData("", "application/json; charset=utf-8")]
    [InlineData("*/*", "application/json; charset=utf-8")]
    [InlineData("application/*", "application/json; charset=utf-8")]
    [InlineData("text/csv", "text/csv; charset=utf-8")]
    [InlineData("TEXT/CSV;charset=utf-8", "text/csv; charset=utf-8")]
    [InlineData("text/*", "text/csv; charset=utf-8")]
    [InlineData("text/csv, */*", "text/csv; charset=utf-8")]
    [InlineData("text/csv, application/json", "application/json; charset=utf-8")]
    [InlineData("text/csv;q=0.9, application/json;q=0.1", "text/csv; charset=utf-8")]
    [InlineData("text/csv;q=0.1, application/json;q=0.9", "application/json; charset=utf-8")]
    [InlineData("text/csv;q=0, */*", "application/json; charset=utf-8")]
    [InlineData("application/json;q=0, */*;q=0.1", "text/csv; charset=utf-8")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json; charset=utf-8")]
    [InlineData("application/pdf", "application/json; charset=utf-8")]
    [InlineData("no media type", "application/json; charset=utf-8")]
    [InlineData("application/x-ndjson", "application/json; charset=utf-8")]
    public async Task The_Accept_header_chooses_between_JSON_and_CSV(string accept, string contentType)
    {
        var (_, _, http) = await app.SignUpAsync();

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var request = new HttpRequestMessage(method, UsageSteps.Route);
            request.Headers.TryAddWithoutValidation("Accept", accept);
            using var response = await http.SendAsync(request, Ct);

            await response.ShouldBeAsync(HttpStatusCode.OK);
            Assert.Equal(contentType, response.Content.Headers.ContentType?.ToString());
            Assert.Contains("Accept", response.Headers.Vary);
            Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        }
    }

    [Fact]
    public async Task An_error_is_a_problem_whatever_the_client_accepts()
    {
        var (_, _, http) = await app.SignUpAsync();
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/csv"));

        var problem = await (await http.FetchAsync(UsageSteps.Route + "?granularity=week&tz=nowhere&from=x&to=y&group_by=tier"))
            .ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(
            ["from", "granularity", "group_by", "to", "tz"],
            problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_CSV_has_the_same_points_as_the_JSON_and_runs_no_formula()
    {
        var reporter = await app.NewReporterAsync();
        await app.SqlAsync(
            """
            INSERT INTO usage_logs (user_id, endpoint, tokens_used, cost_usd, created_at) VALUES
                ($1, '=HYPERLINK("http://evil.example","a,b")', -5, -0.5, '2026-11-10 12:00Z'), ($1, '/straße', 7, 1.25, '2026-11-10 12:00Z')
            """,
            reporter.UserId);
        const string Query = "?from=2026-11-10T00:00:00Z&to=2026-11-11T00:00:00Z&group_by=endpoint";
        reporter.Session.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/csv"));

        var csv = await (await reporter.Session.FetchAsync(UsageSteps.Route + Query)).TextAsync();

        Assert.Equal(
            [
                "start,group,group_name,requests,tokens_used,cost_usd,errors,unpriced",
                "2026-11-10T00:00:00Z,/straße,,1,7,1.25,0,0",
                "2026-11-10T00:00:00Z,\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"a,b\"\")\",,1,-5,-0.5,0,0",
                "",
            ],
            csv.Split("\r\n").OrderBy(line => line.Length == 0).ThenBy(line => !line.StartsWith('s')).ThenBy(line => line.Contains('=')));
        Assert.DoesNotContain('\ufeff', csv);
    }

    [Fact]
    public async Task A_user_without_usage_gets_a_series_of_zeros()
    {
        var (_, _, http) = await app.SignUpAsync();

        var report = await http.ReportAsync("?from=2026-11-01T00:00:00Z&to=2026-11-03T00:00:00Z&tz=Asia/Calcutta");

        Assert.Equal("Asia/Kolkata", report.GetProperty("tz").GetString()!.Replace("Calcutta", "Kolkata", StringComparison.Ordinal));
        Assert.Equal(3, report.Series().Count);
        Assert.All(report.Series(), point => Assert.Equal(default, point.Numbers()));
        Assert.Equal(JsonValueKind.Null, report.GetProperty("group_by").ValueKind);
    }
}
