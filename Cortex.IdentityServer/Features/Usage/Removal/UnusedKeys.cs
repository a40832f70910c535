using Cortex.IdentityServer.Foundation.Data;
using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Removal;

/// <summary>
/// Deletes revoked keys that no usage refers to, once none can be reported anymore (<c>USAGE_LATE_DAYS</c>). The others stay with their names (decision 0025).
/// </summary>
internal sealed partial class UnusedKeys(UsageOptions options, ILogger<UnusedKeys> logger) : IExpiryRule
{
    private const int BatchSize = 1_000;

    /// <summary>Usage of a key may be reported for the first time after it was revoked.</summary>
    private TimeSpan KeptFor => options.LateLimit;

    /// <summary>
    /// Reads the revoked keys after the id <c>$2</c> and whether they are unused. The orders are those of indexes, so that PostgreSQL doesn't scan a table for
    /// a key without rows, and CASE stops at the first table that has any.
    /// </summary>
    private static readonly string FindSql = $"""
        SELECT id, CASE
            WHEN (SELECT true FROM usage_logs WHERE api_key_id = api_keys.id ORDER BY coalesce(created_at, '-infinity'), id LIMIT 1) THEN false
            WHEN (SELECT true FROM usage_deltas WHERE usage_deltas.user_id = api_keys.user_id AND api_key_id = api_keys.id ORDER BY quarter LIMIT 1) THEN false
            WHEN (SELECT true FROM usage_months WHERE usage_months.user_id = api_keys.user_id AND api_key_id = api_keys.id ORDER BY month LIMIT 1) THEN false
            ELSE true END
        FROM api_keys WHERE revoked_at < $1 AND id > $2 ORDER BY id LIMIT {BatchSize}
        """;

    public string Rows => "revoked keys without usage";

    public async Task<int> ApplyAsync(NpgsqlDataSource database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (last, removed, read) = (Guid.Empty, 0, BatchSize);
        while (read == BatchSize)
        {
            var unused = new List<Guid>();
            read = 0;
            await using (var command = database.CreateCommand(FindSql))
            {
                command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now - KeptFor });
                command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = last });
                command.CommandTimeout = IExpiryRule.CommandTimeoutSeconds;
                await using var row = await command.ExecuteReaderAsync(cancellationToken);
                for (; await row.ReadAsync(cancellationToken); read++)
                {
                    last = row.GetGuid(0);
                    if (row.GetBoolean(1))
                    {
                        unused.Add(last);
                    }
                }
            }

            removed += await DeleteAsync(database, unused, cancellationToken);
        }

        return removed;
    }

    /// <summary>Deletes the keys, or those of them that no table of the database's owner references.</summary>
    private async Task<int> DeleteAsync(NpgsqlDataSource database, List<Guid> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            return 0;
        }

        await using var command = database.CreateCommand("DELETE FROM api_keys WHERE id = ANY ($1) AND revoked_at IS NOT NULL");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. keys] });
        command.CommandTimeout = IExpiryRule.CommandTimeoutSeconds;
        try
        {
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException failure) when (ExternalReference.FindTable(failure) is { } table)
        {
            if (keys is [var key])
            {
                Log.StillReferenced(logger, key, table);
                return 0;
            }
        }

        // Halving finds the referenced keys without a statement for each of the others.
        var half = keys.Count / 2;
        return await DeleteAsync(database, keys[..half], cancellationToken) + await DeleteAsync(database, keys[half..], cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(4008, LogLevel.Debug, "The revoked key {KeyId} is kept, because rows of the table {Table} reference it")]
        public static partial void StillReferenced(ILogger logger, Guid keyId, string table);
    }
}
