using Cortex.IdentityServer.Features.Usage;
using Cortex.IdentityServer.Identity.Users;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>
/// Turns the usage of hours that are over into events for Polar, on one replica at a time (decision 0028). Each batch is a transaction, so usage is either in
/// <c>billing_meter_hours</c> or in an event, and an event never changes.
/// </summary>
internal sealed partial class MeterClosing(NpgsqlDataSource database, TimeProvider clock, ILogger<MeterClosing> logger) : BackgroundService
{
    /// <summary>
    /// How long after its end an hour is closed. Usage is recorded within seconds, and a reported event may be up to five minutes ahead.
    /// </summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The minimum time between two events of the same user, hour, and provider. A service that always reports late would otherwise cause an event every few
    /// seconds.
    /// </summary>
    public static readonly TimeSpan MinDistance = TimeSpan.FromHours(1);

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>The time until a failure that lasts is logged again.</summary>
    private static readonly TimeSpan Repetition = TimeSpan.FromHours(1);

    /// <summary>The advisory lock's key: "cortexmc" in ASCII.</summary>
    internal const long LockKey = 0x636F727465786D63;

    private const int BatchSize = 5_000;
    private const int TimeoutSeconds = 60;

    /// <summary>
    /// Returns true if there may be hours to close and no other replica is closing them. CASE guarantees the order of evaluation, and the order of the rows is
    /// the index's, so that PostgreSQL doesn't scan the table.
    /// </summary>
    private const string BeginSql =
        "SELECT CASE WHEN (SELECT true FROM billing_meter_hours WHERE hour <= $2 ORDER BY hour LIMIT 1) THEN pg_try_advisory_xact_lock($1) END";

    private const string SameHour = "known.user_id = pending.user_id AND known.hour = pending.hour AND known.provider = pending.provider";

    /// <summary>
    /// Closes hours that began at <c>$1</c> or before, except for those that got an event after <c>$2</c>, and those whose row another transaction has locked.
    /// The result is the number of rows that were closed and of events. The usage of deleted accounts, and sums that are all zero, need none.
    /// </summary>
    /// <remarks>
    /// Retention deletes old events, so the greatest number of an hour before <c>$4</c> may not be known anymore. Its next number is its age in hours: because
    /// of <see cref="MinDistance"/>, no earlier number was as large.
    /// </remarks>
    private const string CloseSql = $"""
        WITH due AS MATERIALIZED (
            SELECT ctid FROM billing_meter_hours AS pending
            WHERE hour <= $1 AND NOT EXISTS (SELECT FROM billing_meter_events AS known WHERE {SameHour} AND known.created_at > $2)
            ORDER BY hour LIMIT $5 FOR UPDATE SKIP LOCKED),
        pending AS MATERIALIZED (
            DELETE FROM billing_meter_hours WHERE ctid = ANY (ARRAY(SELECT ctid FROM due)) RETURNING *),
        numbered AS MATERIALIZED (
            SELECT pending.*, (
                SELECT greatest(
                    coalesce(max(known.number), 0) + 1, CASE WHEN pending.hour < $4 THEN extract(epoch FROM $3 - pending.hour)::bigint / 3600 END)::integer
                FROM billing_meter_events AS known WHERE {SameHour}) AS number
            FROM pending
            WHERE (requests, tokens_used, cost_micros) <> (0, 0, 0) AND EXISTS (SELECT FROM users WHERE users.id = pending.user_id AND {UserSql.Exists})),
        created AS (
            INSERT INTO billing_meter_events (user_id, hour, provider, number, external_id, requests, tokens_used, cost_micros, created_at)
            SELECT user_id, hour, provider, number, {ExternalIdSql}, requests, tokens_used, cost_micros, $3 FROM numbered ORDER BY 1, 2, 3
            RETURNING number)
        SELECT (SELECT count(*) FROM pending), (SELECT count(*) FROM created)
        """;

    /// <summary>
    /// The id by which Polar recognizes an event that it already has: <c>ctx-</c> and the first 40 hexadecimal digits of the SHA-256 of
    /// <c>user id|Unix time of the hour|number|provider</c>.
    /// </summary>
    private const string ExternalIdSql =
        "'ctx-' || left(encode(sha256(convert_to(concat_ws('|', user_id, extract(epoch FROM hour)::bigint, number, provider), 'UTF8')), 'hex'), 40)";

    private DateTimeOffset? _loggedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await RunAsync(stoppingToken);
                _loggedAt = null;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // An unhandled exception would stop the server. The rows are kept, and the next run retries.
                if (clock.GetUtcNow() - _loggedAt is not { } time || time >= Repetition)
                {
                    Log.Failed(logger, failure.GetType().Name);
                    _loggedAt = clock.GetUtcNow();
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Closes all hours that are due, batch by batch. Another replica may be doing so already.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await CloseAsync(cancellationToken) == BatchSize)
        {
            // There may be more.
        }
    }

    /// <summary>Returns the number of rows that were closed.</summary>
    private async Task<long> CloseAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var last = now - Hour - Margin;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var begin = new NpgsqlCommand(BeginSql, connection))
        {
            begin.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockKey });
            begin.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = last });
            if (await begin.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return 0;
            }
        }

        // A new statement, and therefore a new snapshot: it sees the numbers that the replica that had the lock before has committed.
        await using var close = new NpgsqlCommand(CloseSql, connection) { CommandTimeout = TimeoutSeconds };
        close.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = last });
        close.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now - MinDistance });
        close.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        close.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now - UsageOptions.MinRetention });
        close.Parameters.Add(new NpgsqlParameter<int> { TypedValue = BatchSize });
        var (closed, created) = await ReadAsync(close, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (closed > 0)
        {
            Log.Closed(logger, closed, created);
        }

        return closed;
    }

    private static async Task<(long Closed, long Created)> ReadAsync(NpgsqlCommand close, CancellationToken cancellationToken)
    {
        await using var row = await close.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetInt64(1));
    }

    private static partial class Log
    {
        [LoggerMessage(4414, LogLevel.Debug, "Closed {Closed} sum(s) of usage and created {Created} usage event(s) for Polar")]
        public static partial void Closed(ILogger logger, long closed, long created);

        [LoggerMessage(4415, LogLevel.Warning, "Could not turn usage into events for Polar ({Failure}); retrying")]
        public static partial void Failed(ILogger logger, string failure);
    }
}
