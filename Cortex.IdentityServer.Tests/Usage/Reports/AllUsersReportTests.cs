using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage.Reports;

/// <summary>Staff sees the usage of all users. Each test has a year of its own, because the users of the others count too.</summary>
public sealed class AllUsersReportTests(SharedStaffApp app) : IClassFixture<SharedStaffApp>
{
    private const string Route = "/api/v1/admin/usage";

    [Fact]
    public async Task Users_are_groups_with_their_emails_and_the_largest_comes_first()
    {
        var staff = await app.SupportAsync();
        var (small, large) = (await app.RegisterAsync(), await app.RegisterAsync());
        await WriteAsync(small.Id, 2, "2021-03-05 12:00Z");
        await WriteAsync(large.Id, 5, "2021-03-06 12:00Z");

        for (var folded = 0; folded < 2; folded++)
        {
            var report = await ReadAsync(staff.Http, "?group_by=user&granularity=month&from=2021-03-01T00:00:00Z&to=2021-04-01T00:00:00Z");

            Assert.Equal(new(7, 70, 0.000007m, 0), report.Totals());
            Assert.Equal(
                [($"{large.Id}", large.Email, 5), ($"{small.Id}", small.Email, 2)],
                report.Series().Select(point => (point.Group()!, point.GetProperty("group_name").GetString()!, point.Numbers().Requests)));
            await app.FoldAsync();
        }
    }

    [Fact]
    public async Task Users_beyond_the_hundred_largest_are_combined()
    {
        var staff = await app.SupportAsync();
        await app.SqlAsync(
            """
            WITH added AS (
                INSERT INTO users (email, password_hash) SELECT 'many' || n || '@example.net', '!' FROM generate_series(1, 103) AS n RETURNING id, email)
            INSERT INTO usage_logs (user_id, endpoint, created_at)
            SELECT id, '/' || email, '2022-03-05 12:00Z' FROM added, generate_series(1, CASE WHEN email LIKE 'many1__@%' THEN 1 ELSE 2 END)
            """);

        for (var folded = 0; folded < 2; folded++)
        {
            foreach (var grouping in new[] { "user", "endpoint" })
            {
                const string Period = "granularity=month&from=2022-03-01T00:00:00Z&to=2022-04-01T00:00:00Z";
                var series = (await ReadAsync(staff.Http, $"?group_by={grouping}&{Period}")).Series();

                Assert.Equal(101, series.Count);
                Assert.Equal(("other", 3L), (series[^1].Group(), series[^1].Numbers().Requests));
                Assert.False(series[^1].TryGetProperty("group_name", out _));
                Assert.Equal(202, series.Sum(point => point.Numbers().Requests));
            }

            await app.FoldAsync();
        }
    }

    [Fact]
    public async Task Tiers_are_those_that_users_have_now()
    {
        var staff = await app.SupportAsync();
        var (free, pro) = (await app.RegisterAsync(), await app.RegisterAsync());
        await WriteAsync(free.Id, 1, "2023-03-05 12:00Z");
        await WriteAsync(pro.Id, 3, "2023-03-05 12:00Z");
        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", pro.Id);
        await app.SqlAsync("UPDATE users SET subscription_tier = NULL WHERE id = $1", free.Id);

        var series = (await ReadAsync(staff.Http, "?group_by=tier&from=2023-03-05T00:00:00Z&to=2023-03-06T00:00:00Z")).Series();

        Assert.Equal([("pro", 3), ("free", 1)], series.Select(point => (point.Group()!, point.Numbers().Requests)));
    }

    [Theory]
    [InlineData(2001, "endpoint", "/a")]
    [InlineData(2002, "provider", null)]
    [InlineData(2003, "status", "2xx")]
    [InlineData(2004, "api_key", null)]
    public async Task The_other_groupings_are_the_same_as_for_one_user(int year, string grouping, string? group)
    {
        var staff = await app.SupportAsync();
        await WriteAsync((await app.RegisterAsync()).Id, 4, $"{year}-03-05 12:00Z");
        await WriteAsync((await app.RegisterAsync()).Id, 4, $"{year}-03-05 18:20Z");

        var report = await ReadAsync(
            staff.Http, $"?group_by={grouping}&tz=Asia/Kathmandu&from={year}-03-04T18:15:00Z&to={year}-03-06T18:15:00Z");

        Assert.Equal([(group, 4), (group, 4)], report.Series().Select(point => (point.Group(), point.Numbers().Requests)));
        Assert.Equal(8, report.Totals().Requests);
    }

    [Fact]
    public async Task A_partial_quarter_hour_is_read_from_the_rows()
    {
        var staff = await app.SupportAsync();
        var user = (await app.RegisterAsync()).Id;
        await WriteAsync(user, 1, "2026-02-05 12:03:00Z");
        await WriteAsync(user, 2, "2026-02-05 12:04:00Z");
        await WriteAsync(user, 4, "2026-02-05 12:31:00Z");
        await WriteAsync(user, 8, "2026-02-05 12:32:00Z");

        var report = await ReadAsync(staff.Http, "?group_by=user&from=2026-02-05T12:04:00Z&to=2026-02-05T12:32:00Z");

        Assert.Equal(6, report.Totals().Requests);
    }

    [Fact]
    public async Task It_is_also_CSV_and_only_for_staff()
    {
        var staff = await app.SupportAsync();
        var (_, _, http) = await app.SignUpAsync();
        await (await http.FetchAsync(Route)).ShouldBeProblemAsync(403, "forbidden");
        await (await app.WithKey((await CortexApp.GenerateKeyAsync(http, "usage:read")).Key).FetchAsync(Route)).ShouldBeProblemAsync(403, "forbidden");
        await (await staff.Http.FetchAsync(Route + "?group_by=email")).ShouldBeProblemAsync(400, "validation_failed");

        using var request = new HttpRequestMessage(HttpMethod.Get, Route + "?group_by=user&from=1999-01-01T00:00:00Z&to=1999-01-03T00:00:00Z");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/csv"));
        using var response = await staff.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("text/csv; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("start,group,group_name,requests,tokens_used,cost_usd,errors,unpriced\r\n", await response.TextAsync());
    }

    private static async Task<JsonElement> ReadAsync(HttpClient http, string query) =>
        await (await http.FetchAsync(Route + query)).JsonAsync(HttpStatusCode.OK);

    private Task<object?> WriteAsync(Guid user, int count, string at) => app.SqlAsync(
        $"""
        INSERT INTO usage_logs (user_id, endpoint, tokens_used, cost_usd, status_code, created_at)
        SELECT $1, '/a', 10, 0.000001, 200, '{at}' FROM generate_series(1, $2)
        """,
        user, count);
}
