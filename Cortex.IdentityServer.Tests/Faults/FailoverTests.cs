using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>PostgreSQL fails over under load. The server follows within seconds, loses nothing, and isn't ready in the meantime.</summary>
[Collection(TimedTests.Name)]
public sealed class FailoverTests : IAsyncLifetime
{
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

    [Fact]
    public Task When_one_name_moves_to_the_promoted_standby_writes_succeed_within_five_seconds_and_nothing_is_lost()
    {
        var name = StandbyPair.ConnectionStringTo(_proxy.Port);
        return FailOverAsync(name, name + ";Target Session Attributes=read-write");
    }

    [Fact]
    public Task With_both_hosts_writes_succeed_within_five_seconds_after_the_standby_is_promoted_and_nothing_is_lost()
    {
        var hosts = StandbyPair.ConnectionStringTo($"127.0.0.1:{_pair.PrimaryPort},127.0.0.1:{_pair.StandbyPort}");
        return FailOverAsync(hosts, hosts + ";Target Session Attributes=primary");
    }

    /// <remarks>The old primary isn't fenced: connections to it still work, but it never learns of revocations on the new primary.</remarks>
    [Fact]
    public async Task When_the_name_moves_while_the_old_primary_still_runs_the_server_follows_it()
    {
        await using var server = await Replica.StartAsync(StandbyPair.ConnectionStringTo(_proxy.Port), ("TRUSTED_PROXIES", "127.0.0.1"));
        var person = await FailoverServer.SignUpCachedAsync(server);

        // Otherwise the old primary would wait for its standby at each commit.
        await StandbyPair.SqlAsync(_pair.PrimaryPort, "ALTER SYSTEM RESET synchronous_standby_names");
        await StandbyPair.SqlAsync(_pair.PrimaryPort, "SELECT pg_reload_conf()");
        await _pair.PromoteAsync();
        _proxy.Retarget("127.0.0.1", _pair.StandbyPort);
        await FailoverServer.EndSessionsAsync(_pair.StandbyPort, person);

        await Poll.UntilAsync(Timeout, "the end of the session", async () => await server.VerifyAsync(person.Token) == 401);

        // All connections of the server have moved to the new primary.
        var newUsers = await Concurrently.RunAsync(20, _ => server.SignUpAsync());
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
        Assert.True(Stopwatch.GetElapsedTime(movedAt) < FailoverServer.PromisedLimit);
        await Concurrently.RunAsync(12, _ => server.SignUpAsync());
        await (await server.GetAsync("/health/ready")).ShouldBeAsync(HttpStatusCode.OK);
        ServerLog.ShouldHaveNoErrors(server.Process.Output);
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

        await Poll.UntilAsync(FailoverServer.PromisedLimit, "a refused key", async () => await server.VerifyAsync(key.Text) == 401);
        await Poll.UntilAsync(FailoverServer.PromisedLimit, "readiness", async () => (await server.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK);
        Assert.Equal(401, await server.VerifyAsync(key.Text));
    }

    private async Task FailOverAsync(params string[] connectionStrings)
    {
        var servers = await Task.WhenAll(connectionStrings.Select(FailoverServer.StartAsync));
        try
        {
            var beforeDeath = Stopwatch.GetTimestamp();
            await Task.WhenAll(servers.Select(server => server.EndSessionBeforeAsync(_pair.PrimaryPort)));
            await _pair.KillPrimaryAsync();
            var diedAt = Stopwatch.GetTimestamp();

            // The name points to the standby before its promotion.
            _proxy.Retarget("127.0.0.1", _pair.StandbyPort);
            await Task.WhenAll(servers.Select(server => server.WaitUntilUnreadyAsync(diedAt)));
            await Task.Delay(1000, Cancel);
            var promotionAt = Stopwatch.GetTimestamp();
            await _pair.PromoteAsync();
            var promotedAt = Stopwatch.GetTimestamp();
            await Task.WhenAll(servers.Select(server => server.EndSessionAfterAsync(_pair.StandbyPort)));
            await Task.WhenAll(servers.Select(server => server.WaitUntilReadyAsync(promotedAt)));
            foreach (var server in servers)
            {
                await server.AssertRecoveredAsync(_pair.StandbyPort, beforeDeath, diedAt, promotionAt);
            }
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }
}
