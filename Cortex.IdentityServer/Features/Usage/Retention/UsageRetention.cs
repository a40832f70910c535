using Cortex.IdentityServer.Foundation.Data;
using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Retention;

/// <summary>
/// Deletes rows of <c>usage_logs</c> that are older than <c>USAGE_RETENTION_DAYS</c>, or drops whole months of them if the table is partitioned. Their sums
/// stay, and so do rows without a time.
/// </summary>
/// <remarks>
/// Each batch is a transaction of its own, so that no other statement waits long for its locks. Of several replicas, only one deletes at a time.
/// </remarks>
internal sealed partial class UsageRetention(UsageOptions options, ILogger<UsageRetention> logger) : IExpiryRule
{
    /// <summary>The number of rows that are deleted in a transaction.</summary>
    public const int BatchSize = 5_000;

    /// <summary>The number of rows that are found at once: until vacuum has run, each search reads the pages of deleted rows again.</summary>
    private const int SearchSize = 100_000;

    /// <summary>The advisory lock's key: "cortexur" in ASCII.</summary>
    private const long LockKey = 0x636F727465787572;

    private bool _isDenied;

    public string Rows => "rows of usage_logs";

    /// <summary>Deletes what has expired. A role that may only add rows keeps all of them, which is logged once.</summary>
    public async Task<int> ApplyAsync(NpgsqlDataSource database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var total = 0;
            var before = now - options.Retention;
            foreach (var table in await UsageMonths.KeepAsync(database, now, before, cancellationToken))
            {
                total += await DeleteAsync(database, table, before, cancellationToken);
            }

            return total;
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            if (!_isDenied)
            {
                Log.Denied(logger, failure.MessageText);
            }

            _isDenied = true;
            return 0;
        }
    }

    private static async Task<int> DeleteAsync(NpgsqlDataSource database, string table, DateTimeOffset before, CancellationToken cancellationToken)
    {
        for (var total = 0; ;)
        {
            var expired = await FindAsync(database, table, before, cancellationToken);
            foreach (var batch in expired.Chunk(BatchSize))
            {
                var deleted = await DeleteAsync(database, table, batch, before, cancellationToken);
                total += deleted;
                if (deleted == 0)
                {
                    // Another replica is deleting them.
                    return total;
                }
            }

            if (expired.Count < SearchSize)
            {
                return total;
            }
        }
    }

    private static async Task<List<Guid>> FindAsync(NpgsqlDataSource database, string table, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT id FROM {table} WHERE created_at < $1 LIMIT {SearchSize}");
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = before });
        command.CommandTimeout = IExpiryRule.CommandTimeoutSeconds;
        var ids = new List<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            ids.Add(row.GetGuid(0));
        }

        return ids;
    }

    private static async Task<int> DeleteAsync(
        NpgsqlDataSource database, string table, Guid[] ids, DateTimeOffset before, CancellationToken cancellationToken)
    {
        // PostgreSQL evaluates the subquery once, before it looks for rows.
        await using var command = database.CreateCommand(
            $"DELETE FROM {table} WHERE id = ANY ($1) AND created_at < $2 AND (SELECT pg_try_advisory_xact_lock($3))");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = before });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockKey });
        command.CommandTimeout = IExpiryRule.CommandTimeoutSeconds;
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(4010, LogLevel.Warning, "USAGE_RETENTION_DAYS has no effect, because the database refuses to delete old usage: {Reason}")]
        public static partial void Denied(ILogger logger, string reason);
    }
}
