using Cortex.IdentityServer.Tests.Billing.Metering;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>Two replicas with everything that has metrics (Redis, TLS, Polar, and a mail server that refuses), under load, and Prometheus.</summary>
internal sealed class MonitoredPair : IAsyncDisposable
{
    private readonly RedisServer _redis = new();
    private readonly CertificateFolder _files = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<CuttableProxy> _wires = [];
    private readonly List<Replica> _replicas = [];
    private Task _load = Task.CompletedTask;

    public KillablePostgres Postgres { get; } = new();

    public PrometheusServer Prometheus { get; private set; } = null!;

    public IReadOnlyList<Replica> Replicas => _replicas;

    /// <summary>The replicas' connections to PostgreSQL.</summary>
    public IReadOnlyList<CuttableProxy> Wires => _wires;

    public static async Task<MonitoredPair> StartAsync()
    {
        var pair = new MonitoredPair();
        try
        {
            await pair.RunAsync();
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _load;
        if (Prometheus is not null)
        {
            await Prometheus.DisposeAsync();
        }

        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        foreach (var wire in _wires)
        {
            await wire.DisposeAsync();
        }

        await _redis.DisposeAsync();
        await Postgres.DisposeAsync();
        _files.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var chain = new TestChain();
        using var certificate = chain.Issue();
        _files.Write(certificate);
        await Task.WhenAll(Postgres.CreateAsync(), _redis.StartAsync());
        var target = new NpgsqlConnectionStringBuilder(Postgres.ConnectionString);
        for (var number = 0; number < 2; number++)
        {
            var wire = new CuttableProxy(target.Host!, target.Port);
            _wires.Add(wire);
            var address = new NpgsqlConnectionStringBuilder(Postgres.ConnectionString) { Host = "127.0.0.1", Port = wire.Port };
            _replicas.Add(await Replica.StartAsync(
                address.ConnectionString, "http://127.0.0.1:0;https://127.0.0.1:0",
                [
                    ("MANAGEMENT_URLS", "http://127.0.0.1:0"), ("REDIS_URL", _redis.Url), ("HASHING_THREADS", "1"), ("HASHING_QUEUE", "1"),
                    ("SMTP_URL", "smtp://127.0.0.1:9"), ("EMAIL_FROM", "no-reply@example.com"), ("TRUSTED_PROXIES", "127.0.0.1"),
                    ("RATE_LIMITS", CortexApp.HighLimits.Replace("documents=1000000", "documents=1", StringComparison.Ordinal)),
                    .. _files.Variables, .. MeterSteps.Settings(new("http://127.0.0.1:9")),
                ]));
        }

        var loads = await Task.WhenAll(_replicas.Select(MonitoredLoad.StartAsync));
        _load = Task.WhenAll(loads.Select(load => load.RunAsync(_stop.Token)));
        Prometheus = await PrometheusServer.StartAsync([.. _replicas.Select(replica => MonitoredServer.ManagementAddress(replica.Process.Output).Authority)]);
    }
}
