using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>Hard quotas over two replicas with Redis.</summary>
[Collection(RedisTests.Name)]
public sealed class SharedQuotaTests(RedisQuotaApp app) : IClassFixture<RedisQuotaApp>
{
    private const string Me = "/api/v1/auth/me";
    private const string Shared = "Rate limits are shared";

    [Fact]
    public async Task Two_replicas_let_exactly_1000_of_1500_parallel_requests_through()
    {
        var caller = await app.NewReporterAsync();
        using var there = app.StartReplica(caller, out var replica);
        using (replica)
        {
            var statuses = await Concurrently.StatusesAsync(1500, i => (i % 2 == 0 ? caller.Key : there).FetchAsync(Me));

            Assert.Equal(1000, statuses.Count(status => status == HttpStatusCode.OK));
            Assert.Equal(500, statuses.Count(status => status == HttpStatusCode.TooManyRequests));
            await Poll.UntilAsync(
                TimeSpan.FromSeconds(10), "a row for each request", async () => await app.LedgerAsync(caller.UserId) == "1000 requests, 0 tokens, 0 dollars");
        }
    }

    [Fact]
    public async Task Losing_Redis_answers_no_5xx_and_the_counter_is_restored_from_the_ledger()
    {
        var caller = await app.NewReporterAsync();
        var before = await Concurrently.StatusesAsync(600, _ => caller.Key.FetchAsync(Me));
        Assert.All(before, status => Assert.Equal(HttpStatusCode.OK, status));

        await app.Redis.StopAsync();
        var during = await Concurrently.StatusesAsync(300, _ => caller.Key.FetchAsync(Me));
        await RestoreRedisAsync();
        var after = await Concurrently.StatusesAsync(300, _ => caller.Key.FetchAsync(Me));

        Assert.All(during, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(100, after.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(200, after.Count(status => status == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task A_lost_counter_is_read_from_the_ledger_again()
    {
        var caller = await app.NewReporterAsync();
        await app.SqlAsync(
            "INSERT INTO usage_logs(user_id, endpoint, created_at) SELECT $1, 'x', $2 FROM generate_series(1, 990)", caller.UserId, app.Clock.GetUtcNow());

        var first = await Concurrently.StatusesAsync(5, _ => caller.Key.FetchAsync(Me));
        await app.Redis.ExecuteAsync(["FLUSHALL"]);
        var second = await Concurrently.StatusesAsync(20, _ => caller.Key.FetchAsync(Me));

        Assert.All(first, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(5, second.Count(status => status == HttpStatusCode.OK));
    }

    [Fact]
    public async Task Requests_that_fail_because_of_the_database_are_not_counted()
    {
        var caller = await app.NewReporterAsync();
        await (await caller.Key.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        await using (await HeldLock.TakeAsync(app.ConnectionString, "LOCK TABLE users"))
        {
            using var leaving = new CancellationTokenSource();
            var requests = Concurrently.RunAsync(10, _ => Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller.Key.GetAsync(Me, leaving.Token)));
            await Poll.UntilAsync(TimeSpan.FromSeconds(60), "queries that wait", async () => await WaitingQueriesAsync() == 10);
            await leaving.CancelAsync();
            await requests;
            await Poll.UntilAsync(TimeSpan.FromSeconds(60), "the end of the queries", async () => await WaitingQueriesAsync() == 0);
        }

        var after = await Concurrently.StatusesAsync(1100, _ => caller.Key.FetchAsync(Me));
        Assert.Equal(999, after.Count(status => status == HttpStatusCode.OK));
    }

    [Fact]
    public async Task Losing_Redis_under_load_overshoots_a_quota_over_two_replicas_by_at_most_one_seconds_requests()
    {
        var caller = await app.NewReporterAsync();
        using var there = app.StartReplica(caller, out var replica);
        using (replica)
        {
            var answers = new List<Task<(TimeSpan Sent, HttpStatusCode Status)>>();
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < 1800; i++)
            {
                // Redis stops after a third of the quota, and 200 requests are sent per second.
                if (i == 300)
                {
                    await app.Redis.StopAsync();
                }

                answers.Add(SendAsync(i % 2 == 0 ? caller.Key : there, clock.Elapsed));
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(0, (5 * i) - clock.ElapsedMilliseconds)), TestContext.Current.CancellationToken);
            }

            var all = await Task.WhenAll(answers);
            await RestoreRedisAsync(servers: 2);

            Assert.All(all, answer => Assert.Contains(answer.Status, new[] { HttpStatusCode.OK, HttpStatusCode.TooManyRequests }));
            List<TimeSpan> allowed = [.. all.Where(answer => answer.Status == HttpStatusCode.OK).Select(answer => answer.Sent)];
            var lastSecond = allowed.Count(sent => sent > allowed[^1] - TimeSpan.FromSeconds(1));
            Assert.InRange(allowed.Count, 1000, 1000 + lastSecond);
        }

        static async Task<(TimeSpan Sent, HttpStatusCode Status)> SendAsync(HttpClient client, TimeSpan sent) =>
            (sent, (await client.FetchAsync(Me)).StatusCode);
    }

    /// <summary>Counts the queries that wait for a lock on the users.</summary>
    private async Task<long> WaitingQueriesAsync() =>
        (long)(await app.SqlAsync("SELECT count(*) FROM pg_locks WHERE relation = 'users'::regclass AND NOT granted"))!;

    private async Task RestoreRedisAsync(int servers = 1)
    {
        var before = app.CountLogLines(Shared);
        await app.Redis.StartAsync();
        using var redis = await app.ConnectAsync();
        await Poll.UntilAsync(TimeSpan.FromSeconds(10), "servers that use Redis again", () => Task.FromResult(app.CountLogLines(Shared) >= before + servers));
    }
}
