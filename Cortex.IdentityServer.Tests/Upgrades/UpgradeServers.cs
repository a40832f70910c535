using System.Net;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Upgrades;

/// <summary>Two places behind a load balancer, whose replicas are replaced one after the other, as in a rolling update.</summary>
internal sealed class UpgradeServers : IAsyncDisposable
{
    private const int Places = 2;

    /// <summary>Limits that all versions know.</summary>
    private const string HighLimits = "register=1000000,login=1000000,login_failures=1000000,refresh=1000000,refresh_session=1000000,sensitive=1000000,"
        + "sensitive_user=1000000";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly List<CuttableProxy> _balancers = [];
    private readonly List<Replica> _running = [];
    private readonly List<Replica> _started = [];

    public KillablePostgres Postgres { get; } = new();

    /// <summary>The places, at addresses that stay the same.</summary>
    public Replica[] Balanced { get; private set; } = [];

    /// <summary>Starts a previous version in both places.</summary>
    public static async Task<UpgradeServers> StartAsync(PreviousVersion version)
    {
        var servers = new UpgradeServers();
        try
        {
            await servers.Postgres.CreateAsync();
            for (var place = 0; place < Places; place++)
            {
                var replica = await servers.StartReplicaAsync(version.Program);
                servers._running.Add(replica);
                servers._balancers.Add(new("127.0.0.1", replica.Address.Port));
            }

            servers.Balanced =
            [
                .. servers._running.Zip(servers._balancers, (replica, balancer) => replica.At(new($"http://127.0.0.1:{balancer.Port}"))),
            ];
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts this version, sends new connections to it once it is ready, and asks the previous one to stop.</summary>
    public async Task ReplaceAsync(int place)
    {
        var replacement = await StartReplicaAsync(ServerProcess.Program);
        await Poll.UntilAsync(
            Timeout, "readiness", async () => (await replacement.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK);
        _balancers[place].Retarget("127.0.0.1", replacement.Address.Port);
        var exit = await _running[place].Process.SignalAsync("TERM");
        Assert.True(exit.ExitCode == 0, exit.Output + exit.Errors);
        _running[place] = replacement;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _started)
        {
            await replica.DisposeAsync();
        }

        foreach (var balancer in _balancers)
        {
            await balancer.DisposeAsync();
        }

        await Postgres.DisposeAsync();
    }

    private async Task<Replica> StartReplicaAsync(string program)
    {
        // Three replicas share the connections of the test's PostgreSQL.
        var database = new NpgsqlConnectionStringBuilder(Postgres.ConnectionString) { MaxPoolSize = 12 }.ConnectionString;
        var replica = await Replica.StartVersionAsync(
            program, database, settings: [("TRUSTED_PROXIES", "127.0.0.1"), ("DRAIN_SECONDS", "2"), ("RATE_LIMITS", HighLimits)]);
        _started.Add(replica);
        return replica;
    }
}
