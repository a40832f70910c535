using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>
/// Sends usage to Polar, on one replica at a time. Whatever happens to a batch on its way, the same events are sent again under the same ids until Polar has
/// answered, so that nothing is lost, and Polar skips those that it already has (decision 0028).
/// </summary>
internal sealed partial class MeterSending(
    NpgsqlDataSource database, MeterOutbox outbox, MeterBatches batches, TimeProvider clock, ILogger<MeterSending> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>The pause after a failure. It doubles with each further one.</summary>
    private static readonly TimeSpan MinPause = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause, and the one while Polar refuses everything.</summary>
    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(5);

    /// <summary>The longest pause that Polar can ask for.</summary>
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(1);

    /// <summary>The advisory lock's key: "cortexms" in ASCII.</summary>
    private const long LockKey = 0x636F727465786D73;

    private int _failures;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(await SendAsync(stoppingToken), clock, stoppingToken);
        }
    }

    /// <summary>Sends batches until none is left or Polar doesn't take them. Returns how long to wait then.</summary>
    private async Task<TimeSpan> SendAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                switch (await SendBatchAsync(cancellationToken))
                {
                    case MeterDelivery.Nothing:
                        _failures = 0;
                        return Interval;
                    case MeterDelivery.Done:
                        _failures = 0;
                        break;
                    case MeterDelivery.Later(var retryAfter):
                        return Longer(Backoff(), retryAfter ?? TimeSpan.Zero);
                    default:
                        _failures++;
                        return MaxPause;
                }
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Usually the database is unavailable. The events are kept, and an unhandled exception would stop the server.
            if (_failures == 0)
            {
                Log.Failed(logger, failure.GetType().Name);
            }

            return Backoff();
        }
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan asked) => asked > MaxRetryAfter ? MaxRetryAfter : one > asked ? one : asked;

    private TimeSpan Backoff() => TimeSpan.FromSeconds(Math.Min(MaxPause.TotalSeconds, MinPause.TotalSeconds * Math.Pow(2, Math.Min(_failures++, 10))));

    /// <remarks>
    /// The transaction only holds the lock. What becomes of the events is committed on its own, so that an answer counts even if the connection with the lock
    /// is lost while Polar works.
    /// </remarks>
    private async Task<MeterDelivery> SendBatchAsync(CancellationToken cancellationToken)
    {
        if (!await outbox.HasAnyAsync(cancellationToken))
        {
            return new MeterDelivery.Nothing();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var turn = new NpgsqlCommand("SELECT pg_try_advisory_xact_lock($1)", connection))
        {
            turn.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockKey });
            if (await turn.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return new MeterDelivery.Nothing();
            }
        }

        return await outbox.NextAsync(cancellationToken) is { Count: > 0 } events
            ? await batches.SendAsync(events, cancellationToken)
            : new MeterDelivery.Nothing();
    }

    private static partial class Log
    {
        [LoggerMessage(4417, LogLevel.Warning, "Could not send usage to Polar ({Failure}); retrying")]
        public static partial void Failed(ILogger logger, string failure);
    }
}
