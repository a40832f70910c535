using System.Collections.Concurrent;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>
/// Saves when API keys and sessions were last used: in batches each second and again at shutdown, at most once a minute for each row, and never
/// backward. A user whose key or session is used counts as active on that day (decision 0016).
/// </summary>
internal sealed partial class LastUses(NpgsqlDataSource dataSource, ServerWatch server, TimeProvider clock, ILogger<LastUses> logger) : BackgroundService
{
    /// <summary>The precision of the saved times, so that a busy key isn't written at every request.</summary>
    public static readonly TimeSpan Resolution = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FinalWriteTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Further uses are dropped beyond this number, for example during a long outage of the database.</summary>
    private const int MaxPending = 100_000;

    private const int BatchSize = 1_000;

    private readonly PendingUses _keys = new("api_keys", "last_used_at", "known.revoked_at IS NULL");
    private readonly PendingUses _sessions = new("sessions", "last_seen_at", "true");

    /// <summary>
    /// Returns whether a use has to be saved again. The first one of a day always is: otherwise a user seen shortly before midnight would be missing from
    /// the new day.
    /// </summary>
    public static bool IsDue(DateTimeOffset saved, DateTimeOffset now) => now - saved >= Resolution || Day(now) != Day(saved);

    public void RecordKeyUse(Guid id, DateTimeOffset at) => _keys.Add(id, at);

    public void RecordSessionUse(Guid id, DateTimeOffset at) => _sessions.Add(id, at);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(WriteInterval, clock);
        var isFailing = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await WriteAsync(stoppingToken);
                isFailing = false;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                server.ReportFailure(failure);

                // An unhandled exception would stop the server, and these times aren't worth that.
                if (!isFailing)
                {
                    Log.Failed(logger, failure.GetType().Name);
                }

                isFailing = true;
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(FinalWriteTimeout);
        try
        {
            await WriteAsync(timeout.Token);
        }
        catch (Exception failure) when (failure is NpgsqlException or OperationCanceledException || DatabaseFailure.In(failure) is not null)
        {
            Log.Failed(logger, failure.GetType().Name);
        }
    }

    /// <summary>The number of the UTC day.</summary>
    private static long Day(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerDay;

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await _keys.WriteAsync(dataSource, cancellationToken);
        await _sessions.WriteAsync(dataSource, cancellationToken);
    }

    /// <summary>Unsaved uses of the rows of one table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="column">The column of the time.</param>
    /// <param name="isSaved">The SQL condition for the rows, named <c>known</c>, whose uses are saved.</param>
    private sealed class PendingUses(string table, string column, string isSaved)
    {
        /// <summary>Keyed by day too, so that a use after midnight doesn't replace the one before it.</summary>
        private readonly ConcurrentDictionary<(Guid Id, long Day), DateTimeOffset> _uses = new();

        /// <summary>
        /// The statement changes only this column, and only forward, so it never undoes another change. It skips rows that are locked; their next use is
        /// saved instead. It inserts active users in a fixed order, because replicas may wait for each other there and would otherwise deadlock. Each new
        /// one is counted.
        /// </summary>
        private readonly string _sql = $"""
            WITH used AS (SELECT id, max(at) AS at FROM unnest($1, $2) AS used(id, at) GROUP BY id),
            written AS (
                UPDATE {table} SET {column} = used.at FROM (
                    SELECT known.id, used.at FROM used JOIN {table} AS known ON known.id = used.id AND {isSaved}
                    WHERE known.{column} IS NULL OR known.{column} <= used.at - $3
                    FOR NO KEY UPDATE OF known SKIP LOCKED) AS used
                WHERE {table}.id = used.id),
            active AS (
                INSERT INTO active_users (day, user_id)
                SELECT DISTINCT (used.at AT TIME ZONE 'UTC')::date, known.user_id
                FROM unnest($1, $2) AS used(id, at) JOIN {table} AS known ON known.id = used.id AND {isSaved} ORDER BY 1, 2
                ON CONFLICT DO NOTHING RETURNING day)
            INSERT INTO daily_changes (day, active_users) SELECT day, count(*) FROM active GROUP BY day
            """;

        public void Add(Guid id, DateTimeOffset at)
        {
            if (_uses.Count < MaxPending)
            {
                _uses[(id, Day(at))] = at;
            }
        }

        public async Task WriteAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
        {
            foreach (var batch in _uses.ToArray().Chunk(BatchSize))
            {
                await using var command = dataSource.CreateCommand(_sql);
                command.Parameters.Add(new() { Value = Array.ConvertAll(batch, use => use.Key.Id) });
                command.Parameters.Add(new() { Value = Array.ConvertAll(batch, use => use.Value) });
                command.Parameters.Add(new() { Value = Resolution });
                await command.ExecuteNonQueryAsync(cancellationToken);
                foreach (var use in batch)
                {
                    // This keeps the entry if the row was used again in the meantime.
                    _uses.TryRemove(use);
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1408, LogLevel.Warning, "Could not save when keys and sessions were last used ({Failure}); retrying")]
        public static partial void Failed(ILogger logger, string failure);
    }
}
