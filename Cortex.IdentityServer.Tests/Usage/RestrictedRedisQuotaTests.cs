using System.Globalization;
using System.Net;
using Cortex.IdentityServer.Tests.Contract;
using Cortex.IdentityServer.Tests.Infrastructure;
using StackExchange.Redis;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>Hard quotas with the permissions that <c>docs/redis.md</c> lists, on one server and in a cluster.</summary>
[Collection(RedisTests.Name)]
public sealed class RestrictedRedisQuotaTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Me = "/api/v1/auth/me";
    private const string Password = "a-long-password";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_replicas_count_a_user_and_a_key_together_until_a_day_after_the_month(bool isCluster)
    {
        await using var redis = new RedisServer { Settings = isCluster ? RedisServer.Cluster : [] };
        await redis.StartAsync();
        if (isCluster)
        {
            await redis.ExecuteAsync(["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
        }

        var lines = Document.Read("docs/redis.md").Text.Split('\n');
        await redis.ExecuteAsync(lines.Single(line => line.StartsWith("ACL SETUSER ", StringComparison.Ordinal)).Split(' '));
        (string Name, string Value)[] settings =
            [("REDIS_URL", $"redis://cortex:{Password}@127.0.0.1:{redis.Port}"), ("QUOTAS", "free:requests=5"), ("QUOTA_MODE", "hard")];
        using var one = app.StartReplica(out var first, settings);
        using var two = app.StartReplica(out var second, settings);
        using (first)
        using (second)
        {
            await WaitUntilSharedAsync(redis);
            var (user, _, http) = await app.SignUpAsync();
            var (keyId, key) = await CortexApp.GenerateKeyAsync(http);
            await app.SqlAsync("UPDATE api_keys SET monthly_quota = '{\"requests\": 3}' WHERE id = $1", keyId);
            one.DefaultRequestHeaders.Add("X-API-Key", key);
            two.DefaultRequestHeaders.Add("X-API-Key", key);

            var statuses = await Concurrently.StatusesAsync(12, i => (i % 2 == 0 ? one : two).FetchAsync(Me));

            Assert.Equal(3, statuses.Count(status => status == HttpStatusCode.OK));
            Assert.Equal(9, statuses.Count(status => status == HttpStatusCode.TooManyRequests));
            var now = app.Clock.GetUtcNow();
            var month = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
            foreach (var counter in new[] { "user", $"{keyId:N}" })
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"cortex:limit:quota:{{{user.Id:N}}}:{counter}:{month:yyyy-MM-dd}");
                Assert.Equal("3", await ReadAsync(redis, "GET", name));
                var life = TimeSpan.FromMilliseconds(long.Parse(await ReadAsync(redis, "PTTL", name), CultureInfo.InvariantCulture));
                Assert.InRange(now + life - month.AddMonths(1), TimeSpan.FromDays(1) - TimeSpan.FromMinutes(1), TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
            }
        }
    }

    private static async Task<string> ReadAsync(RedisServer redis, string command, string name) =>
        ((RedisResult)(await redis.ExecuteAsync([command, name]))!).ToString();

    private async Task WaitUntilSharedAsync(RedisServer redis)
    {
        for (var tries = 0; tries < 1500; tries++)
        {
            if (app.Log.Split('\n').Count(line => line.Contains($"through Redis at 127.0.0.1:{redis.Port}/", StringComparison.Ordinal)) >= 2)
            {
                return;
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Fail("the replicas don't share their counts");
    }
}
