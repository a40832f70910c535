using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>Hard quotas over two replicas with Redis.</summary>
[Collection(RedisTests.Name)]
public sealed class SharedQuotaTests(RedisQuotaApp app) : IClassFixture<RedisQuotaApp>
{
    private const string Me = "/api/v1/auth/me";

    [Fact]
    public async Task Two_replicas_let_exactly_1000_of_1500_parallel_requests_through()
    {
        var (user, _, http) = await app.SignUpAsync();
        var key = (await CortexApp.GenerateKeyAsync(http)).Key;
        var here = app.WithKey(key);
        using var there = app.StartReplica(out var replica);
        there.DefaultRequestHeaders.Add("X-API-Key", key);
        using (replica)
        {
            var statuses = await Concurrently.StatusesAsync(1500, i => (i % 2 == 0 ? here : there).FetchAsync(Me));

            Assert.Equal(1000, statuses.Count(status => status == HttpStatusCode.OK));
            Assert.Equal(500, statuses.Count(status => status == HttpStatusCode.TooManyRequests));
            Assert.Equal("1000 requests, 0 tokens, 0 dollars", await WaitForAsync(user.Id, "1000 requests, 0 tokens, 0 dollars"));
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
        await app.Redis.StartAsync();
        await WaitForRedisAsync();
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

    private async Task WaitForRedisAsync()
    {
        using var redis = await app.ConnectAsync();
        for (var tries = 0; tries < 500 && app.CountLogLines("Rate limits are shared") < 2; tries++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private async Task<string> WaitForAsync(Guid userId, string expected)
    {
        for (var tries = 0; tries < 200 && await app.LedgerAsync(userId) != expected; tries++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        return await app.LedgerAsync(userId);
    }
}
