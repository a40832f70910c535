using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>Verifies on real servers what docs/redis.md says about kinds of Redis and about users with limited permissions.</summary>
[Collection(RedisTests.Name)]
public sealed class RedisKindTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Login = "/api/v1/auth/login";
    private const string Password = "a-long-password";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_with_the_documented_permissions_works()
    {
        await using var redis = new RedisServer();
        await redis.StartAsync();
        await redis.ExecuteAsync(Documented());

        await WithReplicaAsync(Url(redis, "cortex"), async http =>
        {
            await ShouldCountAsync(redis);
            for (var left = 49; left >= 40; left--)
            {
                Assert.Equal(left, RateLimitHeaders.Of(await http.PostTextAsync(Login, "{}")).Remaining);
            }
        });
    }

    [Fact]
    public async Task A_cluster_works()
    {
        await using var redis = await ClusterAsync();

        await WithReplicaAsync(redis.Url, async http =>
        {
            await ShouldCountAsync(redis);
            Assert.Equal(49, RateLimitHeaders.Of(await http.PostTextAsync(Login, "{}")).Remaining);
            Assert.Equal(48, RateLimitHeaders.Of(await http.PostTextAsync(Login, "{}")).Remaining);
        });
    }

    [Fact]
    public Task Each_missing_permission_is_logged_once_and_takes_effect_once_granted() =>
        Task.WhenAll(new[] { "incr", "decr", "get", "set", "pttl", "eval", "echo" }.Select(async command =>
        {
            await using var redis = new RedisServer();
            await redis.StartAsync();
            await redis.ExecuteAsync(Documented());
            await redis.ExecuteAsync(["ACL", "SETUSER", "cortex", $"-{command}"]);

            await WithReplicaAsync(Url(redis, "cortex"), async http =>
            {
                await LoggedOnceAsync(http, redis.Port, $"its user lacks permissions (NOPERM: {command})");

                await redis.ExecuteAsync(["ACL", "SETUSER", "cortex", $"+{command}"]);
                await ShouldCountAsync(redis);
            });
        }));

    [Fact]
    public Task Every_other_reason_is_logged_once() => Task.WhenAll(
        ForbiddenKeysAsync(),
        WrongPasswordAsync(),
        ReplicaAsync(),
        SentinelAsync(),
        DatabaseOfClusterAsync(),
        MissingDatabaseAsync(),
        ClusterWithoutSlotsAsync(),
        NotRedisAsync("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
        NotRedisAsync("ERROR\r\n"));

    private async Task ForbiddenKeysAsync()
    {
        await using var redis = new RedisServer();
        await redis.StartAsync();
        await redis.ExecuteAsync(Documented());
        await redis.ExecuteAsync(["ACL", "SETUSER", "cortex", "resetkeys", "~another:*"]);

        await ShouldLogAsync(Url(redis, "cortex"), "(NOPERM: keys cortex:limit:*)");
    }

    private async Task WrongPasswordAsync()
    {
        await using var redis = new RedisServer("another-password");
        await redis.StartAsync();

        await ShouldLogAsync($"redis://:{Password}@127.0.0.1:{redis.Port}", "it rejects the user or password");
    }

    private async Task ReplicaAsync()
    {
        await using var primary = new RedisServer();
        await primary.StartAsync();
        await using var replica = new RedisServer { Settings = ["--replicaof", "127.0.0.1", $"{primary.Port}"] };
        await replica.StartAsync();

        await ShouldLogAsync(replica.Url, "it is a read-only replica (READONLY)");
    }

    private async Task SentinelAsync()
    {
        await using var primary = new RedisServer();
        await primary.StartAsync();
        await using var sentinel = new RedisServer { SentinelOf = primary.Port };
        await sentinel.StartAsync();

        await ShouldLogAsync(sentinel.Url, "it is a Sentinel");
    }

    private async Task DatabaseOfClusterAsync()
    {
        await using var redis = await ClusterAsync();

        await ShouldLogAsync($"{redis.Url}/1", "a cluster has only database 0, and REDIS_URL names database 1");
    }

    private async Task MissingDatabaseAsync()
    {
        await using var redis = new RedisServer();
        await redis.StartAsync();

        await ShouldLogAsync($"{redis.Url}/99", "it has no database 99");
    }

    private async Task ClusterWithoutSlotsAsync()
    {
        await using var redis = new RedisServer { Settings = RedisServer.Cluster };
        await redis.StartAsync();

        await ShouldLogAsync(redis.Url, "its cluster is down (CLUSTERDOWN)");
    }

    private async Task NotRedisAsync(string answer)
    {
        using var web = new TcpListener(IPAddress.Loopback, 0);
        web.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var serving = ServeAsync(web, Encoding.ASCII.GetBytes(answer), stop.Token);

        await ShouldLogAsync($"redis://127.0.0.1:{((IPEndPoint)web.LocalEndpoint).Port}", "it doesn't speak the Redis protocol");
        await stop.CancelAsync();
        await serving;
    }

    private static async Task ServeAsync(TcpListener web, byte[] answer, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var client = await web.AcceptTcpClientAsync(stop);
                await client.GetStream().ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false, stop);
                await client.GetStream().WriteAsync(answer, stop);
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException)
            {
            }
        }
    }

    private static async Task<RedisServer> ClusterAsync()
    {
        var redis = new RedisServer { Settings = RedisServer.Cluster };
        await redis.StartAsync();
        await redis.ExecuteAsync(["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
        return redis;
    }

    private static string Url(RedisServer redis, string user) => $"redis://{user}:{Password}@127.0.0.1:{redis.Port}";

    /// <summary>The ACL command that operators copy from the page.</summary>
    private static string[] Documented() =>
        File.ReadLines(Path.Combine(LocalFolder.SolutionFolder()!, "docs", "redis.md"))
            .Single(line => line.StartsWith("ACL SETUSER ", StringComparison.Ordinal))
            .Split(' ');

    private Task ShouldCountAsync(RedisServer redis) =>
        UntilAsync("sharing", () => app.Log.Contains($"shared with other replicas through Redis at 127.0.0.1:{redis.Port}/", StringComparison.Ordinal));

    private Task ShouldLogAsync(string url, string reason) => WithReplicaAsync(url, http => LoggedOnceAsync(http, new Uri(url).Port, reason));

    /// <summary>Asserts that a server logs the reason once, and that limits apply anyway.</summary>
    private async Task LoggedOnceAsync(HttpClient http, int port, string reason)
    {
        await UntilAsync(reason, () => Logged(port).Any(line => line.Contains(reason, StringComparison.Ordinal)));
        await LimitedAloneAsync(http);

        // The server probes Redis every second.
        await Task.Delay(3000, Ct);
        var lines = Logged(port);
        Assert.True(lines.Count(line => line.StartsWith("Warning", StringComparison.Ordinal)) == 1, string.Join('\n', lines));
    }

    /// <summary>Ignores a timeout at the start, which a busy machine may cause and which the log then names first.</summary>
    private List<string> Logged(int port) =>
        [.. app.Log.Split('\n').Where(line => line.Contains($"Redis at 127.0.0.1:{port}/", StringComparison.Ordinal)
            && !line.Contains("(TimeoutException)", StringComparison.Ordinal))];

    private static async Task LimitedAloneAsync(HttpClient http)
    {
        var statuses = await Concurrently.StatusesAsync(60, _ => http.PostTextAsync(Login, "{}"));
        Assert.Equal(50, statuses.Count(status => status == HttpStatusCode.BadRequest));
        Assert.Equal(10, statuses.Count(status => status == HttpStatusCode.TooManyRequests));
    }

    private async Task WithReplicaAsync(string url, Func<HttpClient, Task> test)
    {
        using var http = app.StartReplica(out var replica, ("REDIS_URL", url), ("RATE_LIMITS", "login=50"));
        using (replica)
        {
            await test(http);
        }
    }

    private async Task UntilAsync(string what, Func<bool> isSo)
    {
        for (var started = Stopwatch.GetTimestamp(); !isSo();)
        {
            Assert.True(
                Stopwatch.GetElapsedTime(started) < Timeout,
                $"{what}\n{string.Join('\n', app.Log.Split('\n').Where(line => line.Contains("Redis", StringComparison.Ordinal)))}");
            await Task.Delay(50, Ct);
        }
    }
}
