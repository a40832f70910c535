using System.Diagnostics;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Locks all tables that a migration changes before its first change, without blocking other statements for longer than a moment.</summary>
/// <remarks>
/// While such a lock is queued behind a transaction that has merely read the table, every later statement on the table waits too. So each attempt waits
/// briefly, rolls back to a savepoint to let other statements through, and retries. The transaction stays open, and with it the advisory lock that makes
/// replicas migrate one at a time.
/// </remarks>
internal sealed partial class TableLocks(NpgsqlTransaction transaction, LockTimeouts timeouts, long started, ILogger logger)
{
    private const string Savepoint = "cortex_table_locks";

    /// <summary>How often the same blocking transactions are logged.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Locks of other sessions on the tables that <c>$1</c> names, or on their partitions. Their queries may contain personal data and aren't read.
    /// </summary>
    private const string OtherLocks = """
        FROM pg_catalog.pg_locks AS held
        WHERE locktype = 'relation' AND granted AND pid IS DISTINCT FROM pg_backend_pid()
            AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
            AND relation IN (
                SELECT to_regclass(quote_ident(name))::oid FROM unnest($1) AS name
                UNION SELECT relid::oid FROM unnest($1) AS name, pg_partition_tree(to_regclass(quote_ident(name))))
        """;

    private string _loggedPids = "";
    private long _loggedAt;

    /// <returns>Whether the first attempt failed, so that rows may have changed in the meantime.</returns>
    /// <exception cref="MigrationRefusedException">The locks weren't available within <see cref="LockTimeouts.Total"/>.</exception>
    public async Task<bool> AcquireAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        await transaction.SaveAsync(Savepoint, cancellationToken);
        for (var waited = false; ; waited = true)
        {
            var before = await ReadHoldersAsync(tables, cancellationToken);
            try
            {
                await using var take = Command(LockStatement(tables, (int)timeouts.Wait.TotalMilliseconds));
                await take.ExecuteNonQueryAsync(cancellationToken);
                await transaction.ReleaseAsync(Savepoint, cancellationToken);
                return waited;
            }
            catch (PostgresException failure) when (failure.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                await transaction.RollbackAsync(Savepoint, cancellationToken);
            }

            var blockers = await ReadBlockersAsync(tables, before, cancellationToken);
            if (Stopwatch.GetElapsedTime(started) >= timeouts.Total)
            {
                throw CreateRefusal(timeouts, blockers.Text);
            }

            LogBlockers(blockers);
            await Task.Delay(timeouts.RetryDelay, cancellationToken);
        }
    }

    public static MigrationRefusedException CreateRefusal(LockTimeouts timeouts, string blockers) => new(
        $"The database was not changed. For {timeouts.Total:c} the tables to migrate could not be locked, because of {blockers}. "
        + "Terminate the blocking sessions (SELECT pg_terminate_backend(pid)), or migrate at a quiet time.");

    /// <summary>Takes the strictest lock at once: upgrading a weaker one later could deadlock.</summary>
    private static string LockStatement(IReadOnlyList<string> tables, int wait) => $"""
        DO $do$
        DECLARE
            one regclass;
            until CONSTANT timestamptz := clock_timestamp() + interval '{wait} milliseconds';
        BEGIN
            FOR one IN
                SELECT pg_class.oid FROM unnest(ARRAY['{string.Join("', '", tables)}']) WITH ORDINALITY AS wanted (name, place)
                    JOIN pg_class ON pg_class.oid = to_regclass(quote_ident(name))::oid WHERE relkind IN ('r', 'p') ORDER BY place
            LOOP
                -- The timeout covers all tables together.
                PERFORM set_config('lock_timeout', greatest(1, extract(epoch FROM until - clock_timestamp()) * 1000.0)::integer::text || 'ms', true);
                EXECUTE pg_catalog.format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', one);
            END LOOP;

            -- It also applies to later statements that need another lock.
            PERFORM set_config('lock_timeout', '{wait}ms', true);
        END $do$
        """;

    private void LogBlockers((string Pids, string Text) blockers)
    {
        if (blockers.Pids != _loggedPids || Stopwatch.GetElapsedTime(_loggedAt) > LogInterval)
        {
            (_loggedPids, _loggedAt) = (blockers.Pids, Stopwatch.GetTimestamp());
            Log.Waiting(logger, blockers.Text, (long)(timeouts.Total - Stopwatch.GetElapsedTime(started)).TotalSeconds);
        }
    }

    /// <summary>Returns the transactions that hold a lock before an attempt. Many hold one for a millisecond only.</summary>
    private async Task<string[]> ReadHoldersAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        await using var query = Command($"SELECT coalesce(array_agg(DISTINCT virtualtransaction), '{{}}') {OtherLocks}");
        query.Parameters.Add(new() { Value = tables.ToArray() });
        return (string[])(await query.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Returns those that still hold it after the attempt.</summary>
    private async Task<(string Pids, string Text)> ReadBlockersAsync(IReadOnlyList<string> tables, string[] before, CancellationToken cancellationToken)
    {
        await using var query = Command($"""
            SELECT held.pid, coalesce(nullif(application_name, ''), backend_type, ''), state, floor(extract(epoch FROM clock_timestamp() - xact_start))::bigint
            FROM (SELECT DISTINCT pid {OtherLocks} AND virtualtransaction = ANY ($2)) AS held LEFT JOIN pg_catalog.pg_stat_activity USING (pid)
            ORDER BY xact_start, held.pid LIMIT 5
            """);
        query.Parameters.Add(new() { Value = tables.ToArray() });
        query.Parameters.Add(new() { Value = before });
        await using var rows = await query.ExecuteReaderAsync(cancellationToken);
        var (pids, texts) = (new List<string>(), new List<string>());
        while (await rows.ReadAsync(cancellationToken))
        {
            pids.Add(rows.IsDBNull(0) ? "" : $"{rows.GetInt32(0)}");
            texts.Add(rows.IsDBNull(0)
                ? "a prepared transaction (see pg_prepared_xacts)"
                : $"pid {rows.GetInt32(0)} (application_name \"{rows.GetString(1)}\", "
                    + (rows.IsDBNull(2) || rows.IsDBNull(3)
                        ? "whose state this role may not see)"
                        : $"{rows.GetString(2)}, in a transaction for {TimeSpan.FromSeconds(rows.GetInt64(3)):c})"));
        }

        return texts.Count > 0 ? (string.Join(' ', pids), string.Join(", ", texts)) : ("", "short transactions of other sessions");
    }

    private NpgsqlCommand Command(string sql) => new(sql, transaction.Connection, transaction) { CommandTimeout = 0 };

    private static partial class Log
    {
        [LoggerMessage(1409, LogLevel.Warning, "The migration can't lock the tables yet, because of {Blockers}. It keeps retrying for another {Seconds} s")]
        public static partial void Waiting(ILogger logger, string blockers, long seconds);
    }
}
