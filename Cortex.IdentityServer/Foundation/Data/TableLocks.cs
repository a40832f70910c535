using System.Diagnostics;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Locks the tables that a migration changes, all before the first change, and without keeping others from them for longer than a moment.</summary>
/// <remarks>
/// A statement that waits for such a lock, behind a transaction that has merely read the table, makes every later statement on it wait too. So this waits
/// briefly, steps back to let the others through, and tries again. It keeps its transaction, and with that the lock by which replicas migrate one at a time.
/// </remarks>
internal sealed partial class TableLocks(NpgsqlTransaction transaction, LockTimeouts timeouts, long started, ILogger logger)
{
    private const string Savepoint = "cortex_table_locks";

    /// <summary>The same transactions are named again after this long.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Locks of others on the tables that <c>$1</c> names, or on their partitions. What a transaction reads or writes there may be personal, so no query is
    /// read.
    /// </summary>
    private const string Others = """
        FROM pg_catalog.pg_locks AS held
        WHERE locktype = 'relation' AND granted AND pid IS DISTINCT FROM pg_backend_pid()
            AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
            AND relation IN (
                SELECT to_regclass(quote_ident(name))::oid FROM unnest($1) AS name
                UNION SELECT relid::oid FROM unnest($1) AS name, pg_partition_tree(to_regclass(quote_ident(name))))
        """;

    private string _named = "";
    private long _namedAt;

    /// <returns>Whether others were in the way at first, so that rows may have changed meanwhile.</returns>
    /// <exception cref="MigrationRefusedException">They still are after <see cref="LockTimeouts.Total"/>.</exception>
    public async Task<bool> TakeAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        await transaction.SaveAsync(Savepoint, cancellationToken);
        for (var waited = false; ; waited = true)
        {
            var before = await BeforeAsync(tables, cancellationToken);
            try
            {
                await using var take = Command(Lock(tables, (int)timeouts.Wait.TotalMilliseconds));
                await take.ExecuteNonQueryAsync(cancellationToken);
                await transaction.ReleaseAsync(Savepoint, cancellationToken);
                return waited;
            }
            catch (PostgresException failure) when (failure.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                await transaction.RollbackAsync(Savepoint, cancellationToken);
            }

            var blockers = await BlockersAsync(tables, before, cancellationToken);
            if (Stopwatch.GetElapsedTime(started) >= timeouts.Total)
            {
                throw WhyRefused(timeouts, blockers.Text);
            }

            Tell(blockers);
            await Task.Delay(timeouts.Pause, cancellationToken);
        }
    }

    public static MigrationRefusedException WhyRefused(LockTimeouts timeouts, string blockers) => new(
        $"The database was not changed. For {timeouts.Total:c} the tables to migrate could not be locked, because of {blockers}. "
        + "End what is in the way (SELECT pg_terminate_backend(pid)), or migrate at a quiet time.");

    /// <summary>Strict enough for every statement of a migration: a lock that is made stricter later may deadlock.</summary>
    private static string Lock(IReadOnlyList<string> tables, int wait) => $"""
        DO $do$
        DECLARE
            one regclass;
            until CONSTANT timestamptz := clock_timestamp() + interval '{wait} milliseconds';
        BEGIN
            FOR one IN
                SELECT pg_class.oid FROM unnest(ARRAY['{string.Join("', '", tables)}']) WITH ORDINALITY AS wanted (name, place)
                    JOIN pg_class ON pg_class.oid = to_regclass(quote_ident(name))::oid WHERE relkind IN ('r', 'p') ORDER BY place
            LOOP
                -- All of them together wait for no longer.
                PERFORM set_config('lock_timeout', greatest(1, extract(epoch FROM until - clock_timestamp()) * 1000.0)::integer::text || 'ms', true);
                EXECUTE pg_catalog.format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', one);
            END LOOP;

            -- Nor does a statement that needs a further lock.
            PERFORM set_config('lock_timeout', '{wait}ms', true);
        END $do$
        """;

    private void Tell((string Pids, string Text) blockers)
    {
        if (blockers.Pids != _named || Stopwatch.GetElapsedTime(_namedAt) > Silence)
        {
            (_named, _namedAt) = (blockers.Pids, Stopwatch.GetTimestamp());
            Log.Waits(logger, blockers.Text, (long)(timeouts.Total - Stopwatch.GetElapsedTime(started)).TotalSeconds);
        }
    }

    /// <summary>Which transactions had a lock there before this one wanted one. Many do for a millisecond.</summary>
    private async Task<string[]> BeforeAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        await using var look = Command($"SELECT coalesce(array_agg(DISTINCT virtualtransaction), '{{}}') {Others}");
        look.Parameters.Add(new() { Value = tables.ToArray() });
        return (string[])(await look.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Those of them that still have it.</summary>
    private async Task<(string Pids, string Text)> BlockersAsync(IReadOnlyList<string> tables, string[] before, CancellationToken cancellationToken)
    {
        await using var look = Command($"""
            SELECT held.pid, coalesce(nullif(application_name, ''), backend_type, ''), state, floor(extract(epoch FROM clock_timestamp() - xact_start))::bigint
            FROM (SELECT DISTINCT pid {Others} AND virtualtransaction = ANY ($2)) AS held LEFT JOIN pg_catalog.pg_stat_activity USING (pid)
            ORDER BY xact_start, held.pid LIMIT 5
            """);
        look.Parameters.Add(new() { Value = tables.ToArray() });
        look.Parameters.Add(new() { Value = before });
        await using var rows = await look.ExecuteReaderAsync(cancellationToken);
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
        [LoggerMessage(
            Level = LogLevel.Warning, Message = "The migration can't lock the tables yet, because of {Blockers}. It keeps trying for another {Seconds} s")]
        public static partial void Waits(ILogger logger, string blockers, long seconds);
    }
}
