using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage.Reports;

/// <remarks>Staff can read a user's usage as totals and as a series over time.</remarks>
public sealed class UserUsageReportTests(SharedStaffApp app) : IClassFixture<SharedStaffApp>
{
    [Fact]
    public async Task Without_parameters_the_report_covers_the_last_30_days_by_day_without_gaps()
    {
        var (staff, user) = await StaffAndUserAsync();
        var now = app.Clock.GetUtcNow();
        await WriteAsync(user, now.AddSeconds(-1), tokens: 10, cost: 0.25m);
        await WriteAsync(user, now.AddDays(-2), tokens: 5, cost: 0.000001m, status: 500);
        await WriteAsync(user, now.AddDays(-31));
        await WriteAsync((await app.RegisterAsync()).Id, now.AddSeconds(-1), tokens: 1000);

        var report = await ReadAsync(staff, user, "");

        Assert.Equal(["from", "to", "granularity", "group_by", "tz", "totals", "series"], report.EnumerateObject().Select(field => field.Name));
        Assert.Equal(TimeSpan.FromDays(30), report.GetProperty("to").GetDateTimeOffset() - report.GetProperty("from").GetDateTimeOffset());
        Assert.Equal("day", report.GetProperty("granularity").GetString());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("group_by").ValueKind);
        Assert.Equal((2, 15, 0.250001m, 1), Numbers(report.GetProperty("totals")));
        var series = Series(report);
        Assert.Equal(31, series.Count);
        Assert.Equal(["start", "group", "requests", "tokens_used", "cost_usd", "errors", "unpriced"], series[0].EnumerateObject().Select(field => field.Name));
        Assert.All(series.Zip(series.Skip(1)), pair => Assert.Equal(TimeSpan.FromDays(1), Start(pair.Second) - Start(pair.First)));
        Assert.All(series, point => Assert.Equal(TimeSpan.Zero, Start(point).TimeOfDay));
        Assert.Equal((1, 10, 0.25m, 0), Numbers(series.Single(point => Start(point).Date == now.AddSeconds(-1).UtcDateTime.Date)));
        Assert.Equal((1, 5, 0.000001m, 1), Numbers(series.Single(point => Start(point).Date == now.AddDays(-2).UtcDateTime.Date)));
        Assert.Equal(29, series.Count(point => Numbers(point) == (0, 0, 0m, 0)));
    }

    [Fact]
    public async Task A_cost_of_NaN_is_counted_separately()
    {
        var (staff, user) = await StaffAndUserAsync();
        var now = app.Clock.GetUtcNow();
        await WriteAsync(user, now.AddSeconds(-2), tokens: 10, cost: 0.25m);
        await app.SqlAsync(
            "INSERT INTO usage_logs (user_id, endpoint, tokens_used, cost_usd, created_at) VALUES ($1, '/nan', 7, 'NaN', $2)", user,
            now.AddSeconds(-1).UtcDateTime);

        foreach (var query in new[] { "", "?granularity=month", "?group_by=endpoint" })
        {
            var totals = (await ReadAsync(staff, user, query)).GetProperty("totals");

            Assert.Equal((2, 17, 0.25m, 0), Numbers(totals));
            Assert.Equal(1, totals.GetProperty("unpriced").GetInt32());
        }

        var point = Series(
            await ReadAsync(
                staff, user,
                "?group_by=endpoint&granularity=month")).Single(point => point.GetProperty("group").GetString() == "/nan" && Numbers(point).Item1 > 0);
        Assert.Equal((1, 7, 0m, 0), Numbers(point));
        Assert.Equal(1, point.GetProperty("unpriced").GetInt32());
    }

    [Theory]
    [InlineData("hour", "2024-02-28T22:30:00Z", "2024-02-29T01:00:00Z", "2024-02-28T22:00:00Z,2024-02-28T23:00:00Z,2024-02-29T00:00:00Z")]
    [InlineData("day", "2024-02-28T22:30:00Z", "2024-03-01T00:00:00.000001Z", "2024-02-28T00:00:00Z,2024-02-29T00:00:00Z,2024-03-01T00:00:00Z")]
    [InlineData("day", "2024-02-28T01:30:00%2B02:00", "2024-02-28T00:00:00Z", "2024-02-27T00:00:00Z")]
    [InlineData("month", "2023-12-31T23:59:59Z", "2024-02-01T00:00:00Z", "2023-12-01T00:00:00Z,2024-01-01T00:00:00Z")]
    [InlineData("month", "2024-02-01T00:00:00Z", "2024-02-01T00:00:00.0000001Z", "2024-02-01T00:00:00Z")]
    [InlineData("day", "2024-02-01T00:00:00Z", "2024-02-01T00:00:00Z", "")]
    [InlineData("hour", "9999-12-31T23:00:00Z", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:00:00Z")]
    [InlineData("month", "0001-01-01T00:00:00Z", "0001-02-01T00:00:00Z", "0001-01-01T00:00:00Z")]
    public async Task A_series_consists_of_hours_days_or_months_in_UTC(string granularity, string from, string to, string starts)
    {
        var (staff, user) = await StaffAndUserAsync();

        var report = await ReadAsync(staff, user, $"?granularity={granularity}&from={from}&to={to}");

        Assert.Equal(starts, string.Join(',', Series(report).Select(point => point.GetProperty("start").GetString())));
    }

    [Fact]
    public async Task The_start_of_the_range_is_inclusive_and_the_end_is_exclusive()
    {
        var (staff, user) = await StaffAndUserAsync();
        var noon = new DateTimeOffset(2024, 2, 28, 12, 0, 0, TimeSpan.Zero);
        foreach (var (at, tokens) in new[]
        {
            (noon.AddTicks(-10), 1), (noon, 2), (noon.AddHours(1).AddTicks(-10), 4), (noon.AddHours(1), 8), (noon.AddHours(2).AddTicks(-10), 16),
            (noon.AddHours(2), 32),
        })
        {
            await WriteAsync(user, at, tokens: tokens);
        }

        var report = await ReadAsync(staff, user, "?granularity=hour&from=2024-02-28T12:00:00Z&to=2024-02-28T14:00:00Z");

        Assert.Equal([6, 24], Series(report).Select(point => point.GetProperty("tokens_used").GetInt32()));
        Assert.Equal(30, report.GetProperty("totals").GetProperty("tokens_used").GetInt32());
        var inner = await ReadAsync(staff, user, "?granularity=day&from=2024-02-28T12:30:00Z&to=2024-02-28T13:30:00Z");
        Assert.Equal([12], Series(inner).Select(point => point.GetProperty("tokens_used").GetInt32()));
    }

    /// <remarks>Another program may write rows with only the required columns.</remarks>
    [Fact]
    public async Task Rows_without_optional_values_count_as_requests_without_tokens_and_cost()
    {
        var (staff, user) = await StaffAndUserAsync();
        await app.SqlAsync(
            """
            INSERT INTO usage_logs (user_id, endpoint, tokens_used, cost_usd, provider, status_code, error_message, created_at) VALUES
                ($1, '/a', NULL, NULL, NULL, NULL, NULL, '2024-02-28 12:00:00+00'),
                ($1, '/a', 1, 9999.999999, NULL, NULL, 'broke', '2024-02-28 12:00:00+00'),
                ($1, '/a', 1, 0.000001, NULL, 399, 'a warning', '2024-02-28 12:00:00+00'),
                ($1, '/a', 2147483647, 0, NULL, 400, NULL, '2024-02-28 12:00:00+00'),
                ($1, '/a', 2147483647, 0, NULL, 200, NULL, '2024-02-28 12:00:00+00'),
                ($1, '/a', 7, 7, NULL, 200, NULL, NULL),
                ($1, '/a', 7, 7, NULL, 200, NULL, '-infinity'),
                ($1, '/a', 7, 7, NULL, 200, NULL, 'infinity')
            """,
            user);

        var text = await (await staff.FetchAsync(Route(user, "?from=2024-02-28T00:00:00Z&to=2024-02-29T00:00:00Z&group_by=provider"))).TextAsync();

        Assert.Contains("\"cost_usd\":10000,", text, StringComparison.Ordinal);
        var point = Assert.Single(Series(JsonDocument.Parse(text).RootElement));
        Assert.Equal((5, 4294967296, 10000m, 2), Numbers(point));
        Assert.Equal(JsonValueKind.Null, point.GetProperty("group").ValueKind);
    }

    [Fact]
    public async Task Each_group_has_its_own_series_and_the_largest_comes_first()
    {
        var (staff, user) = await StaffAndUserAsync();
        var day = new DateTimeOffset(2024, 2, 28, 12, 0, 0, TimeSpan.Zero);
        var key = (Guid)(await app.SqlAsync("INSERT INTO api_keys (user_id, key_hash) VALUES ($1, $2) RETURNING id", user, $"hash {user}"))!;
        await WriteAsync(user, day, endpoint: "/small", provider: "other", key: key);
        await WriteAsync(user, day, endpoint: "/large", tokens: 1);
        await WriteAsync(user, day.AddDays(2), endpoint: "/large", tokens: 2);

        foreach (var (by, groups) in new[] { ("endpoint", new[] { "/large", "/small" }), ("provider", [null!, "other"]), ("api_key", [null!, key.ToString()]) })
        {
            var report = await ReadAsync(staff, user, $"?from=2024-02-28T00:00:00Z&to=2024-03-02T00:00:00Z&group_by={by}");

            Assert.Equal(by, report.GetProperty("group_by").GetString());
            Assert.Equal((3, 3, 0m, 0), Numbers(report.GetProperty("totals")));
            Assert.Equal(
                [(28, groups[0], 1), (28, groups[1], 1), (29, groups[0], 0), (29, groups[1], 0), (1, groups[0], 1), (1, groups[1], 0)],
                Series(report).Select(point => (Start(point).Day, point.GetProperty("group").GetString()!, point.GetProperty("requests").GetInt32())));
        }

        Assert.Empty(Series(await ReadAsync(staff, user, "?from=2023-02-28T00:00:00Z&to=2023-03-02T00:00:00Z&group_by=provider")));
    }

    [Fact]
    public async Task Groups_beyond_the_hundred_largest_are_combined()
    {
        var (staff, user) = await StaffAndUserAsync();
        await app.SqlAsync(
            """
            INSERT INTO usage_logs (user_id, endpoint, provider, tokens_used, created_at)
            SELECT $1, '/' || n, CASE n WHEN 103 THEN NULL WHEN 1 THEN 'other' ELSE 'p' || lpad(n::text, 3, '0') END, n, '2024-02-28 12:00:00+00'
            FROM generate_series(1, 103) AS n, generate_series(1, CASE WHEN n = 1 THEN 5 WHEN n > 3 THEN 2 ELSE 1 END)
            """,
            user);
        const string Day = "?from=2024-02-28T00:00:00Z&to=2024-02-29T00:00:00Z";

        var series = Series(await ReadAsync(staff, user, Day + "&group_by=provider"));

        // Requests without a provider have their own group. "other" combines the smallest group with the provider of that name, although it has the most.
        Assert.Equal(102, series.Count);
        Assert.Equal("other", series[^1].GetProperty("group").GetString());
        Assert.Equal((6, 8, 0m, 0), Numbers(series[^1]));
        Assert.Single(series, point => point.GetProperty("group").ValueKind == JsonValueKind.Null);
        Assert.Single(series, point => point.GetProperty("group").GetString() == "p002");
        Assert.DoesNotContain(series, point => point.GetProperty("group").GetString() == "p003");

        // A finer granularity allows fewer groups, so that the size of a response is limited.
        var fine = Series(await ReadAsync(staff, user, "?from=2024-02-01T00:00:00Z&to=2024-03-13T16:00:00Z&granularity=hour&group_by=endpoint"));
        Assert.Equal(1000 * 20, fine.Count);
        Assert.Equal(207, fine.Sum(point => point.GetProperty("requests").GetInt32()));
    }

    [Theory]
    [InlineData("granularity=minute", "granularity", "hour, day, month")]
    [InlineData("granularity=", "granularity", "hour, day, month")]
    [InlineData("granularity=day&granularity=day", "granularity", "hour, day, month")]
    [InlineData("group_by=user", "group_by", "endpoint, provider, api_key, status")]
    [InlineData("group_by=", "group_by", "endpoint, provider, api_key, status")]
    [InlineData("tz=Mars/Olympus_Mons", "tz", "IANA")]
    [InlineData("tz=UTC&tz=UTC", "tz", "IANA")]
    [InlineData("tz=..%2F..%2Fetc%2Fpasswd", "tz", "IANA")]
    [InlineData("tz=posix%2FEurope%2FParis", "tz", "IANA")]
    [InlineData("tz=Eastern%20Standard%20Time", "tz", "IANA")]
    [InlineData("from=yesterday", "from", "Z or an offset")]
    [InlineData("to=2024-01-01", "to", "Z or an offset")]
    [InlineData("from=2024-01-02T00:00:00Z&to=2024-01-01T00:00:00Z", "from", "not be after")]
    [InlineData("from=2999-01-01T00:00:00Z", "from", "not be after")]
    [InlineData("granularity=hour&from=2024-01-01T00:00:00Z&to=2024-02-11T16:00:01Z", "granularity", "use day")]
    [InlineData("from=2000-01-01T00:00:00Z&to=2024-01-01T00:00:00Z", "granularity", "use month")]
    [InlineData("granularity=hour&from=2000-01-01T00:00:00Z&to=2024-01-01T00:00:00Z", "granularity", "use month")]
    [InlineData("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.9999999Z", "granularity", "shorter")]
    public async Task An_invalid_value_or_too_long_a_series_is_rejected_with_the_name_of_its_parameter(string query, string field, string message)
    {
        var (staff, user) = await StaffAndUserAsync();

        var problem = await (await staff.FetchAsync(Route(user, "?" + query))).ShouldBeProblemAsync(400, "validation_failed");

        var error = Assert.Single(problem.GetProperty("errors").EnumerateObject());
        Assert.Equal(field, error.Name);
        Assert.Contains(message, error.Value[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_series_of_a_thousand_points_is_allowed()
    {
        var (staff, user) = await StaffAndUserAsync();

        Assert.Equal(1000, Series(await ReadAsync(staff, user, "?granularity=hour&from=2024-01-01T00:00:00Z&to=2024-02-11T16:00:00Z")).Count);
    }

    [Fact]
    public async Task Only_staff_can_read_it_and_an_unknown_user_is_not_found()
    {
        var (staff, user) = await StaffAndUserAsync();
        var (_, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        await (await http.FetchAsync(Route(user, ""))).ShouldBeProblemAsync(403, "forbidden");
        await (await app.WithKey(key).FetchAsync(Route(user, ""))).ShouldBeProblemAsync(403, "forbidden");
        await (await app.Anonymous().FetchAsync(Route(user, ""))).ShouldBeProblemAsync(401, "unauthenticated");
        await (await staff.FetchAsync(Route(Guid.NewGuid(), ""))).ShouldBeProblemAsync(404, "not_found");
        await (await staff.FetchAsync("/api/v1/admin/users/somebody/usage")).ShouldBeProblemAsync(404, "not_found");
    }

    private static string Route(Guid user, string query) => $"/api/v1/admin/users/{user}/usage{query}";

    private static async Task<JsonElement> ReadAsync(HttpClient http, Guid user, string query) =>
        await (await http.FetchAsync(Route(user, query))).JsonAsync(HttpStatusCode.OK);

    private static List<JsonElement> Series(JsonElement report) => [.. report.GetProperty("series").EnumerateArray()];

    private static DateTimeOffset Start(JsonElement point) => point.GetProperty("start").GetDateTimeOffset();

    private static (long Requests, long Tokens, decimal Cost, long Errors) Numbers(JsonElement counted) => (
        counted.GetProperty("requests")
            .GetInt64(), counted.GetProperty("tokens_used").GetInt64(), counted.GetProperty("cost_usd").GetDecimal(), counted.GetProperty("errors").GetInt64());

    private async Task<(HttpClient Staff, Guid User)> StaffAndUserAsync() => ((await app.SupportAsync()).Http, (await app.RegisterAsync()).Id);

    private Task<object?> WriteAsync(
        Guid user, DateTimeOffset at, string endpoint = "/v1/memories", string? provider = null, Guid? key = null, int tokens = 0, decimal cost = 0,
        int status = 200) =>
        app.SqlAsync(
            "INSERT INTO usage_logs (user_id, created_at, endpoint, provider, api_key_id, tokens_used, cost_usd, status_code) VALUES ($1, $2, $3, "
                + "nullif($4, ''), nullif($5, $9), $6, $7, $8)",
            user, at.UtcDateTime, endpoint, provider ?? "", key ?? Guid.Empty, tokens, cost, status, Guid.Empty);
}
