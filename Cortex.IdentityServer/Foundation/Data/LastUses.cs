using System.Collections.Concurrent;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>
/// Writes when keys and sessions were last used: in batches each second, forward only, each row at most once a minute, and at the end. Who used them counts
/// as active on that day (decision 0016).
/// </summary>
internal sealed partial class LastUses(NpgsqlDataSource dataSource, ServerWatch server, TimeProvider clock, ILogger<LastUses> logger) : BackgroundService
{
    /// <summary>How exactly the times are kept, so that a busy key isn't written at every request.</summary>
    public static readonly TimeSpan Resolution = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(3);

    /// <summary>More than this many are forgotten rather than kept, as when the database is away for long.</summary>
    private const int MostWaiting = 100_000;

    private const int BatchSize = 1_000;

    private readonly Waiting _keys = new("api_keys", "last_used_at");
    private readonly Waiting _sessions = new("sessions", "last_seen_at");

    /// <summary>
    /// Whether a use is worth noting again. The first of a day always is, or who was last seen a moment before midnight would be missing in the new day.
    /// </summary>
    public static bool IsDue(DateTimeOffset noted, DateTimeOffset now) => now - noted >= Resolution || Day(now) != Day(noted);

    public void KeyUsed(Guid id, DateTimeOffset at) => _keys.Add(id, at);

    public void SessionUsed(Guid id, DateTimeOffset at) => _sessions.Add(id, at);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
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
                server.Failed(failure);

                // Whatever it was, it would stop the server, and these times aren't worth that.
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
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(LastPatience);
        try
        {
            await WriteAsync(patience.Token);
        }
        catch (Exception failure) when (failure is NpgsqlException or OperationCanceledException || DatabaseFailure.In(failure) is not null)
        {
            Log.Failed(logger, failure.GetType().Name);
        }
    }

    /// <summary>Of UTC.</summary>
    private static long Day(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerDay;

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await _keys.WriteAsync(dataSource, cancellationToken);
        await _sessions.WriteAsync(dataSource, cancellationToken);
    }

    /// <summary>Uses of the rows of one table that aren't written yet.</summary>
    private sealed class Waiting(string table, string column)
    {
        /// <summary>By day, so that a use after midnight doesn't hide the one before it.</summary>
        private readonly ConcurrentDictionary<(Guid Id, long Day), DateTimeOffset> _uses = new();

        /// <summary>
        /// Nothing but this column, and only forward: a use never undoes a change. A row that is being changed is left to the next use instead of waited for.
        /// Users who are active are added in one order, so that replicas, which may wait for each other there, never do so in a circle; who is new is counted.
        /// </summary>
        private readonly string _sql = $"""
            WITH used AS (SELECT id, max(at) AS at FROM unnest($1, $2) AS used(id, at) GROUP BY id),
            written AS (
                UPDATE {table} SET {column} = used.at FROM (
                    SELECT known.id, used.at FROM used JOIN {table} AS known ON known.id = used.id
                    WHERE known.{column} IS NULL OR known.{column} <= used.at - $3
                    FOR NO KEY UPDATE OF known SKIP LOCKED) AS used
                WHERE {table}.id = used.id),
            active AS (
                INSERT INTO active_users (day, user_id)
                SELECT DISTINCT (used.at AT TIME ZONE 'UTC')::date, known.user_id
                FROM unnest($1, $2) AS used(id, at) JOIN {table} AS known ON known.id = used.id ORDER BY 1, 2
                ON CONFLICT DO NOTHING RETURNING day)
            INSERT INTO daily_changes (day, active_users) SELECT day, count(*) FROM active GROUP BY day
            """;

        public void Add(Guid id, DateTimeOffset at)
        {
            if (_uses.Count < MostWaiting)
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
                    // Unless it was used again meanwhile.
                    _uses.TryRemove(use);
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not save when keys and sessions were last used ({Failure}); trying again")]
        public static partial void Failed(ILogger logger, string failure);
    }
}
