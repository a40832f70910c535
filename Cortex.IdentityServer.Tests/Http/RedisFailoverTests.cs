using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A server whose Redis is behind a host name that can be moved to another address.</summary>
public sealed class NamedRedisApp(PostgresCluster cluster) : CortexApp(cluster)
{
    internal RedisServer First { get; } = new();

    internal RedisServer Second { get; } = new();

    internal CuttableProxy Name { get; private set; } = null!;

    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("REDIS_URL", $"redis://127.0.0.1:{Name.Port}"), ("RATE_LIMITS", "login=50")];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Name.DisposeAsync();
        await First.DisposeAsync();
        await Second.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override async Task<string> CreateDatabaseAsync(PostgresCluster cluster)
    {
        await First.StartAsync();
        await Second.StartAsync();
        Name = new("127.0.0.1", First.Port);
        return await base.CreateDatabaseAsync(cluster);
    }
}

/// <summary>After a failover, the server counts on the Redis that its host name resolves to.</summary>
[Collection(RedisTests.Name)]
public sealed class RedisFailoverTests(NamedRedisApp app) : IClassFixture<NamedRedisApp>
{
    private const string Login = "/api/v1/auth/login";
    private const string Shared = "Rate limits are shared";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task After_a_failover_the_server_counts_on_the_new_primary_within_seconds()
    {
        await UntilAsync("sharing", () => Logged(Shared) == 1);
        await app.First.ExecuteAsync(["REPLICAOF", "127.0.0.1", $"{app.Second.Port}"]);

        // The new primary has no counts yet and the name still leads to the old one, but the limit applies anyway.
        var statuses = await Concurrently.StatusesAsync(60, _ => app.Anonymous().PostTextAsync(Login, "{}"));
        Assert.Equal(50, statuses.Count(status => status == HttpStatusCode.BadRequest));
        await UntilAsync("the reason", () => Logged("it is a read-only replica (READONLY)") == 1);

        app.Name.Retarget("127.0.0.1", app.Second.Port);
        var movedAt = Stopwatch.GetTimestamp();
        await UntilAsync("sharing again", () => Logged(Shared) == 2);
        Assert.True(Stopwatch.GetElapsedTime(movedAt) < TimeSpan.FromSeconds(10));
        await UntilAsync("a count", async () =>
        {
            await app.Anonymous().PostTextAsync(Login, "{}");
            return await app.Second.ExecuteAsync(["GET", "cortex:limit:login:127.0.0.1"]) is not null;
        });
        Assert.Equal(1, Logged("it is a read-only replica (READONLY)"));
        Assert.DoesNotContain("Error:", app.Log, StringComparison.Ordinal);
    }

    private int Logged(string text) => app.Log.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));

    private Task UntilAsync(string what, Func<bool> isSo) => UntilAsync(what, () => Task.FromResult(isSo()));

    private async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        for (var started = Stopwatch.GetTimestamp(); !await isSo();)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Timeout, $"{what}\n{app.Log}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
