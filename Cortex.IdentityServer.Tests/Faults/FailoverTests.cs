using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>Runs the failover tests without parallel tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FailoverGroup
{
    public const string Name = "Failover";
}

/// <summary>PostgreSQL fails over under load. The server follows within seconds, loses nothing, and isn't ready in the meantime.</summary>
[Collection(FailoverGroup.Name)]
public sealed class FailoverTests : IAsyncLifetime
{
    /// <summary>The maximum time from when the new primary accepts writes.</summary>
    private static readonly TimeSpan PromisedLimit = TimeSpan.FromSeconds(5);

    /// <summary>The timeout for everything without a promised limit.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private StandbyPair _pair = null!;
    private CuttableProxy _proxy = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _pair = await StandbyPair.StartAsync();
        _proxy = new("127.0.0.1", _pair.PrimaryPort);
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _pair.DisposeAsync();
    }

    [Theory]
    [InlineData("one name", "")]
    [InlineData("one name", ";Target Session Attributes=read-write")]
    [InlineData("two hosts", "")]
    [InlineData("two hosts", ";Target Session Attributes=primary")]
    public async Task After_the_standby_is_promoted_writes_succeed_within_five_seconds_and_nothing_is_lost(string by, string targetAttributes)
    {
        var hosts = by == "one name"
            ? StandbyPair.ConnectionStringTo(_proxy.Port)
            : StandbyPair.ConnectionStringTo($"127.0.0.1:{_pair.PrimaryPort},127.0.0.1:{_pair.StandbyPort}");
        await using var server = await Replica.StartAsync(hosts + targetAttributes, ("TRUSTED_PROXIES", "127.0.0.1"));
        var endedBefore = await SignUpCachedAsync(server);
        var endedAfter = await SignUpCachedAsync(server);
        var load = await SteadyLoad.StartAsync(server);
        var readiness = ReadinessLog.Start(server);
        await WaitForResponsesAsync(load, 100);

        var beforeDeath = Stopwatch.GetTimestamp();
        await EndSessionsAsync(_pair.PrimaryPort, endedBefore);
        await _pair.KillPrimaryAsync();
        var diedAt = Stopwatch.GetTimestamp();

        // The name points to the standby before its promotion.
        _proxy.Retarget("127.0.0.1", _pair.StandbyPort);
        await Poll.UntilAsync(Timeout, "not ready", () => Task.FromResult(readiness.Results.Any(answer => answer.BeganAt > diedAt && answer.Status == 503)));
        await Task.Delay(1000, Cancel);
        var promotionAt = Stopwatch.GetTimestamp();
        await _pair.PromoteAsync();
        var promotedAt = Stopwatch.GetTimestamp();
        await EndSessionsAsync(_pair.StandbyPort, endedAfter);
        await WaitForWriteAsync(load, promotedAt);
        var recoveryTime = Stopwatch.GetElapsedTime(promotedAt);
        await Poll.UntilAsync(
            Timeout, "readiness", () => Task.FromResult(readiness.Results.Any(answer => answer.BeganAt > promotedAt && answer.Status == 200)));
        var readyAt = Stopwatch.GetTimestamp();

        foreach (var ended in new[] { endedBefore, endedAfter })
        {
            Assert.Equal(401, await server.VerifyAsync(ended.Token));
        }

        await WaitForWriteAsync(load, readyAt);
        await WaitForResponsesAsync(load, 100);
        await load.StopAsync();
        await readiness.StopAsync();

        Assert.True(recoveryTime < PromisedLimit, $"writes succeeded after {recoveryTime.TotalSeconds:0.0} s");
        Assert.True(!server.Process.Output.Contains("fail:", StringComparison.Ordinal), server.Process.Output);
        Assert.All(load.Results, answer => Assert.True(answer.Status is 0 or 503 or (>= 200 and < 300), $"{answer}"));
        Assert.Contains(load.Results, answer => answer.Status == 503);
        await load.AssertNothingLostAsync(_pair.StandbyPort);
        Assert.All(readiness.Between(0, beforeDeath), answer => Assert.Equal(200, answer.Status));
        Assert.All(readiness.Between(diedAt, promotionAt), answer => Assert.Equal(503, answer.Status));
        Assert.All(readiness.Between(readyAt, long.MaxValue), answer => Assert.Equal(200, answer.Status));
    }

    /// <remarks>The old primary isn't fenced: connections to it still work, but it never learns of revocations on the new primary.</remarks>
    [Fact]
    public async Task When_the_name_moves_while_the_old_primary_still_runs_the_server_follows_it()
    {
        await using var server = await Replica.StartAsync(StandbyPair.ConnectionStringTo(_proxy.Port), ("TRUSTED_PROXIES", "127.0.0.1"));
        var person = await SignUpCachedAsync(server);

        // Otherwise the old primary would wait for its standby at each commit.
        await StandbyPair.SqlAsync(_pair.PrimaryPort, "ALTER SYSTEM RESET synchronous_standby_names");
        await StandbyPair.SqlAsync(_pair.PrimaryPort, "SELECT pg_reload_conf()");
        await _pair.PromoteAsync();
        _proxy.Retarget("127.0.0.1", _pair.StandbyPort);
        await EndSessionsAsync(_pair.StandbyPort, person);

        await Poll.UntilAsync(Timeout, "the end of the session", async () => await server.VerifyAsync(person.Token) == 401);

        // All connections of the server have moved to the new primary.
        var newUsers = await AtOnce.RunAsync(20, _ => server.SignUpAsync());
        object ids = newUsers.Select(newUser => newUser.Id).ToArray();
        Assert.Equal(20L, await StandbyPair.SqlAsync(_pair.StandbyPort, "SELECT count(*) FROM users WHERE id = ANY($1)", ids));
        await Poll.UntilAsync(Timeout, "no connection to the old primary", async () =>
            await StandbyPair.SqlAsync(_pair.PrimaryPort, "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'cortex-identity%'") is 0L);
    }

    /// <remarks>Connections to the standby stay open when the name points to the primary again.</remarks>
    [Fact]
    public async Task A_server_started_on_a_standby_is_not_ready_and_works_once_the_name_points_to_the_primary()
    {
        await using (await Replica.StartAsync(StandbyPair.ConnectionStringTo(_pair.PrimaryPort)))
        {
        }

        _proxy.Retarget("127.0.0.1", _pair.StandbyPort);
        await using var server = await Replica.StartAsync(StandbyPair.ConnectionStringTo(_proxy.Port), ("TRUSTED_PROXIES", "127.0.0.1"));
        await Poll.UntilAsync(
            Timeout, "the reason", () => Task.FromResult(server.Process.Output.Contains("is read-only: it is a standby", StringComparison.Ordinal)));
        foreach (var path in new[] { "/health", "/health/ready" })
        {
            var body = await (await server.GetAsync(path)).JsonAsync(HttpStatusCode.ServiceUnavailable);
            Assert.Equal("unhealthy", body.GetProperty("status").GetString());
        }

        await (await server.RegisterAsync(Replica.NewEmail())).ShouldBeProblemAsync(503, "service_unavailable");
        await (await server.GetAsync("/health/live")).ShouldBeAsync(HttpStatusCode.OK);

        _proxy.Retarget("127.0.0.1", _pair.PrimaryPort);
        var movedAt = Stopwatch.GetTimestamp();
        await Poll.UntilAsync(Timeout, "registration", async () => (await server.RegisterAsync(Replica.NewEmail())).StatusCode == HttpStatusCode.Created);
        Assert.True(Stopwatch.GetElapsedTime(movedAt) < PromisedLimit);
        await AtOnce.RunAsync(12, _ => server.SignUpAsync());
        await (await server.GetAsync("/health/ready")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.DoesNotContain("fail:", server.Process.Output, StringComparison.Ordinal);
    }

    /// <remarks>
    /// Replay on the standby is paused, so rows read from it are stale. The connection that listens for changes stays on the primary.
    /// </remarks>
    [Theory]
    [InlineData("")]
    [InlineData(";Target Session Attributes=prefer-standby")]
    public async Task A_key_revoked_after_a_short_outage_of_the_primary_is_refused_although_a_standby_is_reachable(string targetAttributes)
    {
        await StandbyPair.SqlAsync(_pair.PrimaryPort, "CREATE ROLE app LOGIN");
        await StandbyPair.SqlAsync(_pair.PrimaryPort, "ALTER DATABASE cortex OWNER TO app");
        await StandbyPair.SqlAsync(_pair.PrimaryPort, "ALTER SCHEMA public OWNER TO app");
        var hosts = StandbyPair.ConnectionStringTo($"127.0.0.1:{_pair.PrimaryPort},127.0.0.1:{_pair.StandbyPort}");
        await using var server = await Replica.StartAsync($"{hosts};Username=app{targetAttributes}", ("TRUSTED_PROXIES", "127.0.0.1"));
        var key = await server.NewKeyAsync(await server.SignUpAsync());
        Assert.Equal(204, await server.VerifyAsync(key.Text));
        await (await server.GetAsync("/health/ready")).ShouldBeAsync(HttpStatusCode.OK);
        await _pair.PauseReplayAsync();

        await StandbyPair.SqlAsync(_pair.PrimaryPort, "ALTER ROLE app CONNECTION LIMIT 1");
        await Poll.UntilAsync(Timeout, "no connection but the one that listens for changes", async () =>
        {
            await StandbyPair.SqlAsync(
                _pair.PrimaryPort, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'cortex-identity'");
            return (await server.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable;
        });
        await StandbyPair.SqlAsync(_pair.PrimaryPort, "ALTER ROLE app CONNECTION LIMIT -1");
        await StandbyPair.SqlAsync(_pair.PrimaryPort, "UPDATE api_keys SET is_active = false WHERE id = $1", key.Id);

        await Poll.UntilAsync(PromisedLimit, "a refused key", async () => await server.VerifyAsync(key.Text) == 401);
        await Poll.UntilAsync(PromisedLimit, "readiness", async () => (await server.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK);
        Assert.Equal(401, await server.VerifyAsync(key.Text));
    }

    /// <summary>Registers a user whose access token is in the server's cache.</summary>
    private static async Task<Person> SignUpCachedAsync(Replica server)
    {
        var person = await server.SignUpAsync();
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(204, await server.VerifyAsync(person.Token));
        }

        return person;
    }

    private static Task<object?> EndSessionsAsync(int port, Person person) =>
        StandbyPair.SqlAsync(port, "UPDATE sessions SET ended_at = now() WHERE user_id = $1", person.Id);

    private static Task<TimeSpan> WaitForResponsesAsync(SteadyLoad load, int more)
    {
        var before = load.Results.Count;
        return Poll.UntilAsync(Timeout, "responses", () => Task.FromResult(load.Results.Count > before + more));
    }

    private static Task<TimeSpan> WaitForWriteAsync(SteadyLoad load, long moment) =>
        Poll.UntilAsync(Timeout, "writes", () => Task.FromResult(load.LastWriteAt > moment));
}
