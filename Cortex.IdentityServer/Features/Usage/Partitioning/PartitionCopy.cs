using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Partitioning;

/// <summary>Copies <c>usage_logs</c> block by block, and brings the copy up to date with what changed in the meantime.</summary>
/// <remarks>
/// Triggers note the ids of changed rows in the transactions that change them. A noted row is brought up to date after that transaction has been committed, so
/// it doesn't matter in which order other transactions started, nor what the copying had already read.
/// </remarks>
internal static class PartitionCopy
{
    /// <summary>The number of blocks that a transaction copies: about ten thousand rows.</summary>
    private const int BlocksPerBatch = 128;

    /// <summary>The number of changes that a transaction applies.</summary>
    private const int ChangesPerBatch = 10_000;

    private const string Columns = """
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = to_regclass('usage_logs') AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
        """;

    /// <summary>A rewrite of the table (VACUUM FULL, CLUSTER) moves rows to other blocks, so copying starts again. Rows that exist are skipped.</summary>
    private const string CheckFile = """
        LOCK TABLE usage_logs IN ACCESS SHARE MODE;
        UPDATE usage_logs_copy_state SET filenode = pg_relation_filenode('usage_logs'), next_block = 0, copied = 0,
            blocks = pg_relation_size('usage_logs') / current_setting('block_size')::bigint
        WHERE filenode <> pg_relation_filenode('usage_logs');
        """;

    private const string Advance = """
        UPDATE usage_logs_copy_state SET next_block = next_block + $1, copied = copied + $2 RETURNING copied, next_block::float8 / greatest(blocks, 1)
        """;

    /// <summary>
    /// Removes the oldest notes. Returns the ids of all noted rows, those of rows that may be in the copy already, and whether the whole table was emptied.
    /// </summary>
    private static readonly string TakeChanges = $$"""
        WITH taken AS (
            DELETE FROM usage_logs_copy_changes
            WHERE n <= (SELECT max(n) FROM (SELECT n FROM usage_logs_copy_changes ORDER BY n LIMIT {{ChangesPerBatch}}) AS batch)
            RETURNING id, is_new)
        SELECT coalesce(array_agg(DISTINCT id) FILTER (WHERE id IS NOT NULL), '{}'),
            coalesce(array_agg(DISTINCT id) FILTER (WHERE id IS NOT NULL AND NOT is_new), '{}'), coalesce(bool_or(id IS NULL), false), count(*)
        FROM taken
        """;

    private const string StartAgain = """
        TRUNCATE usage_logs_copy;
        UPDATE usage_logs_copy_state SET next_block = 0, copied = 0, filenode = 0;
        """;

    /// <summary>Copies the next blocks. Returns null when all have been copied.</summary>
    public static async Task<PartitionProgress?> CopyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await PartitionSession.RunAsync(connection, "SELECT FROM usage_logs_copy_state FOR UPDATE", cancellationToken);
        await PartitionSession.RunAsync(connection, CheckFile, cancellationToken);
        var next = await PartitionSession.ReadAsync<long>(
            connection, "SELECT CASE WHEN next_block < blocks THEN next_block ELSE -1 END FROM usage_logs_copy_state", cancellationToken);
        if (next < 0)
        {
            return null;
        }

        var columns = await PartitionSession.ReadAsync<string>(connection, Columns, cancellationToken);
        var rows = await PartitionSession.RunAsync(
            connection,
            $"""
            INSERT INTO usage_logs_copy ({columns}) SELECT {columns} FROM usage_logs
            WHERE ctid >= '({next},0)'::tid AND ctid < '({next + BlocksPerBatch},0)'::tid ON CONFLICT DO NOTHING
            """,
            cancellationToken);
        await using var advance = new NpgsqlCommand(Advance, connection);
        advance.Parameters.Add(new NpgsqlParameter<long> { TypedValue = BlocksPerBatch });
        advance.Parameters.Add(new NpgsqlParameter<long> { TypedValue = rows });
        await using var row = await advance.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(row.GetInt64(0), Math.Min(1, row.GetDouble(1)));
    }

    /// <summary>Brings rows that have changed up to date.</summary>
    /// <returns>The number of changes, and whether copying has to start again because the table was emptied.</returns>
    public static async Task<(long Count, bool StartsAgain)> ApplyChangesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await PartitionSession.RunAsync(connection, "SELECT FROM usage_logs_copy_state FOR UPDATE", cancellationToken);
        var (ids, stale, startsAgain, count) = await TakeAsync(connection, cancellationToken);
        if (startsAgain)
        {
            await PartitionSession.RunAsync(connection, StartAgain, cancellationToken);
        }

        if (stale.Length > 0)
        {
            await PartitionSession.RunAsync(
                connection,
                "DELETE FROM usage_logs_copy USING unnest($1) AS stale (id) WHERE usage_logs_copy.id = stale.id",
                cancellationToken,
                new NpgsqlParameter<Guid[]> { TypedValue = stale });
        }

        if (ids.Length > 0)
        {
            var columns = await PartitionSession.ReadAsync<string>(connection, Columns, cancellationToken);
            await PartitionSession.RunAsync(
                connection,
                $"INSERT INTO usage_logs_copy ({columns}) SELECT {columns} FROM usage_logs WHERE id = ANY ($1) ON CONFLICT DO NOTHING",
                cancellationToken,
                new NpgsqlParameter<Guid[]> { TypedValue = ids });
        }

        return (count, startsAgain);
    }

    private static async Task<(Guid[] Ids, Guid[] Stale, bool StartsAgain, long Count)> TakeAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var take = new NpgsqlCommand(TakeChanges, connection) { CommandTimeout = 0 };
        await using var row = await take.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetFieldValue<Guid[]>(0), row.GetFieldValue<Guid[]>(1), row.GetBoolean(2), row.GetInt64(3));
    }
}
