using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Cortex.IdentityServer.Foundation.Telemetry;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Gauges;

/// <summary>Reads all <see cref="DatabaseGauge"/>s with one statement every ten seconds, so that a scrape doesn't query the database.</summary>
/// <remarks>While the database can't be read, the gauges are left out rather than shown with outdated values.</remarks>
internal sealed partial class DatabaseGauges(
    NpgsqlDataSource database, ServerWatch watch, IEnumerable<DatabaseGauge> gauges, TelemetryOptions options, TimeProvider clock,
    ILogger<DatabaseGauges> logger) : PollingService(watch, Interval), IObservedMetrics
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private const int TimeoutSeconds = 5;

    private readonly DatabaseGauge[] _gauges = [.. gauges];
    private volatile double[]? _values;
    private volatile bool _isWritable;
    private bool _isFailing;

    public void AddTo(Meter meter)
    {
        // Notifications may be cut off while requests still reach the database.
        meter.CreateObservableGauge(
            "cortex.database.up", () => Server.IsConnected || _isWritable ? 1 : 0, unit: null,
            "1 if PostgreSQL answers and accepts writes, otherwise 0.");
        foreach (var (index, gauge) in _gauges.Index())
        {
            meter.CreateObservableGauge(gauge.Name, () => Observe(index), gauge.Unit, gauge.Description);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.HasMetrics ? base.ExecuteAsync(stoppingToken) : Task.CompletedTask;

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT {string.Join(", ", [ServerState.IsReadOnlySql, .. _gauges.Select(gauge => $"coalesce(({gauge.Sql})::double precision, 0)")])}");
        command.CommandTimeout = TimeoutSeconds;
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        _isWritable = !row.GetBoolean(0);
        _values = [.. _gauges.Select((_, index) => row.GetDouble(index + 1))];
        _isFailing = false;
    }

    protected override void LogFailure(Exception? exception, string failure)
    {
        _values = null;
        _isWritable = false;
        if (!_isFailing)
        {
            Log.Failed(logger, exception, failure);
        }

        _isFailing = true;
    }

    private IEnumerable<Measurement<double>> Observe(int index) => _values is { } values ? [new(values[index])] : [];

    private static partial class Log
    {
        [LoggerMessage(1418, LogLevel.Warning, "The metrics about the database can't be read ({Failure}); they are left out until they can")]
        public static partial void Failed(ILogger logger, Exception? exception, string failure);
    }
}
