using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>Two real server processes with one PostgreSQL and one Redis. A test can cut the second server's connection to PostgreSQL.</summary>
public sealed class TwoServers : IAsyncLifetime
{
    /// <summary>How long a disconnected replica still accepts cached credentials (<c>REVOCATION_GRACE_SECONDS</c>).</summary>
    public static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private const string LoginFailureLimit = ",login_failures=1000000";

    private readonly RedisServer _redis = new();

    internal KillablePostgres Postgres { get; } = new();

    internal CuttableProxy Proxy { get; private set; } = null!;

    internal Replica A { get; private set; } = null!;

    internal Replica B { get; private set; } = null!;

    /// <summary>The connection string that leads through <see cref="Proxy"/>.</summary>
    internal string ProxiedConnectionString => TcpConnectionString(Proxy.Port);

    public async ValueTask InitializeAsync()
    {
        await Postgres.CreateAsync();
        await _redis.StartAsync();
        var target = new NpgsqlConnectionStringBuilder(Postgres.ConnectionString);
        Proxy = new(target.Host!, target.Port);
        A = await StartAsync(Postgres.ConnectionString);
        B = await StartAsync(ProxiedConnectionString);
    }

    /// <summary>Before each test, restores everything that an earlier test may have broken.</summary>
    internal async ValueTask RestoreAsync()
    {
        Proxy.Restore();
        await Postgres.RestoreAsync();
        foreach (var replica in new[] { A, B })
        {
            await Poll.UntilAsync(Timeout, "readiness", async () => (await replica.GetAsync("/health/ready")).IsSuccessStatusCode);
        }
    }

    /// <summary>Starts another server process with the settings of the two servers and additional ones.</summary>
    internal Task<Replica> StartAsync(string connectionString, params (string Name, string Value)[] settings) => Replica.StartAsync(
        WithSmallPool(connectionString),
        [
            ("REDIS_URL", _redis.Url), ("REVOCATION_GRACE_SECONDS", $"{GracePeriod.TotalSeconds}"), ("REFRESH_GRACE_SECONDS", "60"),
            ("TRUSTED_PROXIES", "127.0.0.1"),

            // One test is about the limit of failed logins, so it has its default. The other tests use a new address for each request.
            ("RATE_LIMITS", CortexApp.HighLimits.Replace(LoginFailureLimit, "", StringComparison.Ordinal)), .. settings,
        ]);

    internal string TcpConnectionString(int port) =>
        new NpgsqlConnectionStringBuilder(Postgres.ConnectionString) { Host = "127.0.0.1", Port = port }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { A, B, Proxy, _redis, Postgres })
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    /// <summary>Limits the pool, because several servers share the connections of <see cref="KillablePostgres.MaxConnections"/>.</summary>
    private static string WithSmallPool(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 12 }.ConnectionString;
}

/// <summary>Runs the fault tests sequentially and without parallel tests, because they share the servers and measure time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FaultTests : ICollectionFixture<TwoServers>
{
    public const string Name = "Faults";
}
