using System.Globalization;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Usage.Reports;

/// <summary>Reports equal the rows themselves at any moment: before, during, and after usage is added up.</summary>
public sealed class ExactnessTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string InPeriod = $"SELECT {ReportSteps.NumbersOfRows} FROM usage_logs WHERE user_id = $1 AND created_at >= $2 AND created_at < $3";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2026-11-10T00:00:00Z", "2026-11-12T00:00:00Z")]
    [InlineData("2026-11-10T09:15:00Z", "2026-11-10T09:30:00Z")]
    [InlineData("2026-11-10T09:15:00.000001Z", "2026-11-10T09:29:59.999999Z")]
    [InlineData("2026-11-10T09:17:31Z", "2026-11-10T09:21:02Z")]
    [InlineData("2026-11-10T09:17:31Z", "2026-11-10T09:31:02Z")]
    [InlineData("2026-11-10T23:59:59.5Z", "2026-11-11T00:00:00.5Z")]
    [InlineData("2026-11-10T01:02:03Z", "2026-11-11T22:23:24Z")]
    public async Task Any_period_is_exact_before_and_after_a_fold(string from, string to)
    {
        var (user, _, http) = await app.SignUpAsync();
        var (start, end) = (Time(from), Time(to));
        await app.WriteRandomRowsAsync(user.Id, Time("2026-11-09T12:00:00Z"), Time("2026-11-12T12:00:00Z"), 5000);
        await app.WriteRandomRowsAsync(user.Id, start.AddSeconds(-1), end.AddSeconds(1), 200);
        var expected = Assert.Single(await app.NumbersAsync(InPeriod, user.Id, start.UtcDateTime, end.UtcDateTime));

        for (var isFolded = false; ; isFolded = true)
        {
            foreach (var query in new[] { "&granularity=day", "&granularity=hour&group_by=provider", "&granularity=month&group_by=status&tz=Asia/Kathmandu" })
            {
                var report = await http.ReportAsync($"?from={from}&to={to}{query}");

                Assert.Equal(expected, report.Totals());
                Assert.Equal((start, end), (report.GetProperty("from").GetDateTimeOffset(), report.GetProperty("to").GetDateTimeOffset()));
            }

            if (isFolded)
            {
                break;
            }

            await app.FoldAsync();
        }
    }

    [Fact]
    public async Task What_another_program_inserts_is_in_the_next_report()
    {
        var (user, _, http) = await app.SignUpAsync();

        for (var i = 1; i <= 5; i++)
        {
            await app.SqlAsync(
                "INSERT INTO usage_logs (user_id, endpoint, tokens_used, cost_usd, created_at) VALUES ($1, '/a', 1, 0.000001, $2)", user.Id,
                app.Clock.GetUtcNow().UtcDateTime);
            Assert.Equal(new(i, i, i * 0.000001m, 0), (await http.ReportAsync()).Totals());
            if (i == 3)
            {
                await app.FoldAsync();
            }
        }
    }

    /// <remarks>The clocks of services may be ahead by as much as the server accepts.</remarks>
    [Fact]
    public async Task The_default_period_includes_events_of_the_next_five_minutes()
    {
        var reporter = await app.NewReporterAsync();
        await reporter.Key.ReportAsync(new { endpoint = "/a", created_at = app.Clock.GetUtcNow().AddMinutes(5).Iso() });

        Assert.Equal(1, (await reporter.Session.ReportAsync()).Totals().Requests);
        Assert.Equal(1, (await reporter.Key.ReportAsync()).Totals().Requests);
    }

    /// <remarks>Each insert adds ten requests, so any other number would be one that never existed.</remarks>
    [Fact]
    public async Task No_report_counts_a_request_twice_or_misses_one_while_others_write_and_a_job_adds_up()
    {
        var (user, _, http) = await app.SignUpAsync();
        using var done = new CancellationTokenSource();
        var writers = Concurrently.RunAsync(4, _ => WriteAsync(user.Id, done.Token));
        var folds = Task.Run(
            async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    await app.FoldAsync();
                }
            },
            Ct);

        var last = 0L;
        for (var i = 0; i < 100; i++)
        {
            var requests = (await http.ReportAsync(i % 2 == 0 ? "" : "?tz=Asia/Kathmandu&granularity=hour&from=" + app.Clock.GetUtcNow().AddDays(-5).Iso()))
                .Totals().Requests;
            Assert.Equal(0, requests % 10);
            Assert.True(requests >= last, $"{requests} after {last}");
            last = requests;
        }

        await done.CancelAsync();
        var written = (await writers).Sum();
        await folds;
        Assert.True(last > 0);
        Assert.Equal(written * 10, (await http.ReportAsync()).Totals().Requests);
    }

    /// <remarks>Then only sums by quarter-hours are left.</remarks>
    [Fact]
    public async Task Times_before_the_oldest_rows_are_rounded_outward_and_the_report_says_so()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.WriteRandomRowsAsync(user.Id, Time("2024-05-05T10:15:00Z"), Time("2024-05-05T11:00:00Z"), 100);
        await app.SqlAsync("DELETE FROM usage_logs WHERE user_id = $1", user.Id);

        var report = await http.ReportAsync("?granularity=hour&from=2024-05-05T10:20:00Z&to=2024-05-05T10:46:00Z");

        Assert.Equal("2024-05-05T10:15:00Z", report.GetProperty("from").GetString());
        Assert.Equal("2024-05-05T11:00:00Z", report.GetProperty("to").GetString());
        Assert.Equal(100, report.Totals().Requests);
    }

    private async Task<int> WriteAsync(Guid user, CancellationToken stop)
    {
        await using var source = NpgsqlDataSource.Create(app.ConnectionString);
        var count = 0;
        for (; !stop.IsCancellationRequested; count++)
        {
            await using var insert = source.CreateCommand(
                "INSERT INTO usage_logs (user_id, endpoint, created_at) SELECT $1, '/' || n, $2 - n * interval '7 hours' FROM generate_series(1, 10) AS n");
            insert.Parameters.Add(new() { Value = user });
            insert.Parameters.Add(new() { Value = app.Clock.GetUtcNow().UtcDateTime });
            await insert.ExecuteNonQueryAsync(Ct);
        }

        return count;
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
