using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage.Reports;

/// <summary>A report of one API key equals that key's rows, before and after they are added up.</summary>
public sealed class ApiKeyReportTests(SharedStaffApp app) : IClassFixture<SharedStaffApp>
{
    private const string Rows = $"SELECT {ReportSteps.NumbersOfRows} FROM usage_logs WHERE user_id = $1 AND api_key_id = $2";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_filter_combines_with_periods_groups_and_csv()
    {
        var reporter = await app.NewReporterAsync();
        var (otherId, _) = await CortexApp.GenerateKeyAsync(reporter.Session);
        var now = app.Clock.GetUtcNow();
        var (from, to) = (now.AddDays(-3), now.AddMinutes(-7));
        foreach (var key in new[] { reporter.KeyId, otherId, Guid.Empty })
        {
            await app.WriteRandomRowsAsync(reporter.UserId, from.AddHours(-1), now, 500, key);
        }

        var staff = await app.SupportAsync();
        for (var isFolded = false; ; isFolded = true)
        {
            foreach (var key in new[] { reporter.KeyId, otherId })
            {
                var expected = Assert.Single(await app.NumbersAsync(
                    Rows + " AND created_at >= $3 AND created_at < $4", reporter.UserId, key, from.UtcDateTime, to.UtcDateTime));
                var period = string.Create(CultureInfo.InvariantCulture, $"?from={from.Iso()}&to={to.Iso()}&api_key={key}");
                foreach (var query in new[]
                {
                    "", "&granularity=hour&tz=Asia/Kathmandu", "&granularity=month&group_by=status", "&group_by=endpoint", "&group_by=provider",
                })
                {
                    Assert.Equal(expected, (await reporter.Session.ReportAsync(period + query)).Totals());
                    Assert.Equal(expected, (await StaffReportAsync(staff.Http, reporter.UserId, period + query)).Totals());
                }

                var groups = (await reporter.Session.ReportAsync(period + "&group_by=api_key")).Series().Select(point => point.Group()).Distinct();
                Assert.Equal([$"{key}"], groups);
                Assert.Equal(expected.Requests, await CsvRequestsAsync(reporter.Session, UsageSteps.Route + period));
                Assert.Equal(expected.Requests, await CsvRequestsAsync(staff.Http, $"/api/v1/admin/users/{reporter.UserId}/usage{period}"));
            }

            if (isFolded)
            {
                break;
            }

            await app.FoldAllAsync();
        }
    }

    [Fact]
    public async Task A_key_that_the_caller_may_not_see_has_an_empty_report()
    {
        var reporter = await app.NewReporterAsync();
        var (otherId, other) = await CortexApp.GenerateKeyAsync(reporter.Session);
        var (_, reader) = await CortexApp.GenerateKeyAsync(reporter.Session, "usage:read");
        var stranger = await app.NewReporterAsync();
        await reporter.Key.ReportAsync(new { endpoint = "/a", tokens_used = 1 });
        await app.WithKey(other).ReportAsync(new { endpoint = "/a", tokens_used = 10 });
        await stranger.Key.ReportAsync(new { endpoint = "/a", tokens_used = 100 });
        await app.SqlAsync(
            "INSERT INTO usage_logs (user_id, endpoint, tokens_used, created_at) VALUES ($1, '/a', 1000, $2)", reporter.UserId,
            app.Clock.GetUtcNow().UtcDateTime);

        for (var folded = 0; folded < 2; folded++)
        {
            foreach (var (http, key, tokens) in new[]
            {
                (reporter.Session, reporter.KeyId, 1), (reporter.Session, otherId, 10), (reporter.Session, stranger.KeyId, 0),
                (reporter.Session, Guid.NewGuid(), 0), (reporter.Session, Guid.Empty, 0),
                (reporter.Key, reporter.KeyId, 1), (reporter.Key, otherId, 0), (reporter.Key, Guid.Empty, 0),
                (app.WithKey(reader), otherId, 10), (app.WithKey(reader), stranger.KeyId, 0),
            })
            {
                Assert.Equal(tokens, (await http.ReportAsync($"?api_key={key}")).Totals().Tokens);
                Assert.Equal(tokens > 0 ? 1 : 0, (await http.ReportAsync($"/events?api_key={key}")).GetProperty("items").GetArrayLength());
                Assert.Equal(tokens, (await http.ReportAsync($"?api_key={key}&group_by=api_key&granularity=month")).Totals().Tokens);
            }

            var staff = await app.SupportAsync();
            Assert.Equal(10, (await StaffReportAsync(staff.Http, reporter.UserId, $"?api_key={otherId}")).Totals().Tokens);
            Assert.Equal(0, (await StaffReportAsync(staff.Http, reporter.UserId, $"?api_key={stranger.KeyId}")).Totals().Tokens);
            await app.FoldAllAsync();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("test")]
    [InlineData("ctx_0aB1cD2e")]
    [InlineData("0199f0f05b1e7c3a9d642f1f3f1c8a01")]
    public async Task An_id_that_is_no_UUID_is_refused(string key)
    {
        var (_, _, http) = await app.SignUpAsync();
        var staff = await app.SupportAsync();

        foreach (var (caller, route) in new[] { (http, UsageSteps.Route), (staff.Http, $"/api/v1/admin/users/{staff.User.Id}/usage") })
        {
            var problem = await (await caller.FetchAsync($"{route}?api_key={key}")).ShouldBeProblemAsync(400, "validation_failed");
            Assert.Single(problem.ErrorsOf("api_key"));
        }
    }

    private static async Task<JsonElement> StaffReportAsync(HttpClient staff, Guid userId, string query) =>
        await (await staff.FetchAsync($"/api/v1/admin/users/{userId}/usage{query}")).JsonAsync(HttpStatusCode.OK);

    private static async Task<long> CsvRequestsAsync(HttpClient http, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("text/csv") } } };
        var lines = (await (await http.SendAsync(request, Ct)).TextAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        return lines.Skip(1).Sum(line => long.Parse(line.Split(',')[3], CultureInfo.InvariantCulture));
    }
}
