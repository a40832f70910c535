using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Adds reports to <c>usage_logs</c> in one statement and one transaction.</summary>
internal sealed class UsageInsert(NpgsqlDataSource database)
{
    /// <summary>
    /// A row that another transaction has locked, such as that of a user who is being deleted, must not hold up everyone else's usage for long.
    /// </summary>
    private const string LockTimeoutSql = "SET LOCAL lock_timeout = '500ms'";

    /// <summary>The timeout for parts of a batch that has already waited.</summary>
    private const string ShortLockTimeoutSql = "SET LOCAL lock_timeout = '50ms'";

    /// <summary>Rows are inserted in a fixed order, so that replicas that add the same events don't deadlock.</summary>
    private const string InsertSql = """
        INSERT INTO usage_logs (id, user_id, api_key_id, endpoint, tokens_used, cost_usd, provider, response_time_ms, status_code, error_message, created_at)
        SELECT id, user_id, api_key_id, endpoint, tokens_used, cost_micros * 0.000001, provider, response_time_ms, status_code, error_message, created_at
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS added (
            id, user_id, api_key_id, endpoint, tokens_used, cost_micros, provider, response_time_ms, status_code, error_message, created_at)
        ORDER BY user_id, id
        ON CONFLICT DO NOTHING RETURNING id, user_id
        """;

    /// <summary>Inserts metered requests, whose other columns have the defaults.</summary>
    private const string InsertMeteredSql = """
        INSERT INTO usage_logs (id, user_id, api_key_id, endpoint, response_time_ms, status_code, created_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7) AS added (id, user_id, api_key_id, endpoint, response_time_ms, status_code, created_at)
        ORDER BY user_id, id
        ON CONFLICT DO NOTHING
        """;

    private const string OwnersSql = "SELECT id, user_id FROM usage_logs WHERE id = ANY ($1)";

    /// <summary>Adds all events of all reports.</summary>
    /// <param name="reports">The reports.</param>
    /// <param name="isPart">Whether they are part of a batch that has already been tried.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>
    /// The receipt of each report, and its events that were added. If there is an <see cref="UsageReceipt.IdConflict"/>, nothing was added for any report.
    /// </returns>
    public async Task<(UsageReceipt Receipt, IReadOnlyList<UsageEvent> Added)[]> InsertAsync(
        IReadOnlyList<PendingUsage> reports, bool isPart, CancellationToken cancellationToken)
    {
        var lockTimeout = isPart ? ShortLockTimeoutSql : LockTimeoutSql;
        UsageEvent[] events = [.. reports.SelectMany(report => report.Events)];
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (reports.All(report => report.IsMetered))
        {
            // Their ids are new, so all of them are added, if not by an earlier attempt whose answer was lost.
            await AddMeteredAsync(connection, lockTimeout, events, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return [.. reports.Select(report => ((UsageReceipt)new UsageReceipt.Recorded(report.Events.Count, 0), report.Events))];
        }

        var added = await AddAsync(connection, lockTimeout, events, cancellationToken);
        var owners = added.Count == events.Length ? added : await FindOwnersAsync(connection, events, added, cancellationToken);
        var unclaimed = added.Keys.ToHashSet();
        (UsageReceipt Receipt, IReadOnlyList<UsageEvent> Added)[] outcomes = [.. reports.Select(report => OutcomeOf(report, owners, added, unclaimed))];
        if (!outcomes.Any(outcome => outcome.Receipt is UsageReceipt.IdConflict))
        {
            await transaction.CommitAsync(cancellationToken);
        }

        return outcomes;
    }

    /// <summary>Claims the events that this transaction added. Of several equal ones, the first is the one that was added.</summary>
    private static (UsageReceipt Receipt, IReadOnlyList<UsageEvent> Added) OutcomeOf(
        PendingUsage report, Dictionary<Guid, Guid> owners, Dictionary<Guid, Guid> added, HashSet<Guid> unclaimed)
    {
        if (report.IsMetered)
        {
            unclaimed.ExceptWith(report.Events.Select(item => item.Id));
            return (new UsageReceipt.Recorded(report.Events.Count, 0), report.Events);
        }

        var claimed = new List<UsageEvent>(report.Events.Count);
        for (var i = 0; i < report.Events.Count; i++)
        {
            var item = report.Events[i];
            if (owners.TryGetValue(item.Id, out var owner) && owner != item.UserId)
            {
                return (new UsageReceipt.IdConflict(i, IsRecorded: !added.ContainsKey(item.Id)), []);
            }

            if (unclaimed.Remove(item.Id))
            {
                claimed.Add(item);
            }
        }

        return (new UsageReceipt.Recorded(claimed.Count, report.Events.Count - claimed.Count), claimed);
    }

    /// <summary>Returns the owners of the events that were added.</summary>
    private static async Task<Dictionary<Guid, Guid>> AddAsync(
        NpgsqlConnection connection, string lockTimeout, UsageEvent[] events, CancellationToken cancellationToken)
    {
        await using var batch = Batch(
            connection, lockTimeout, InsertSql, Column(events, item => item.Id), Column(events, item => item.UserId), Column(events, item => item.ApiKeyId),
            Column(events, item => item.Endpoint), Column(events, item => item.TokensUsed), Column(events, item => item.CostMicros),
            Column(events, item => item.Provider), Column(events, item => item.ResponseTimeMs), Column(events, item => item.StatusCode),
            Column(events, item => item.ErrorMessage), Column(events, item => item.CreatedAt));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadOwnersAsync(rows, [], cancellationToken);
    }

    private static async Task AddMeteredAsync(
        NpgsqlConnection connection, string lockTimeout, UsageEvent[] events, CancellationToken cancellationToken)
    {
        await using var batch = Batch(
            connection, lockTimeout, InsertMeteredSql, Column(events, item => item.Id), Column(events, item => item.UserId),
            Column(events, item => item.ApiKeyId), Column(events, item => item.Endpoint), Column(events, item => item.ResponseTimeMs),
            Column(events, item => item.StatusCode), Column(events, item => item.CreatedAt));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatch Batch(NpgsqlConnection connection, string lockTimeout, string sql, params ReadOnlySpan<NpgsqlParameter> columns)
    {
        var insert = new NpgsqlBatchCommand(sql);
        foreach (var column in columns)
        {
            insert.Parameters.Add(column);
        }

        return new(connection) { BatchCommands = { new(lockTimeout), insert } };
    }

    /// <summary>Adds the owners of the events that had been recorded before.</summary>
    private static async Task<Dictionary<Guid, Guid>> FindOwnersAsync(
        NpgsqlConnection connection, UsageEvent[] events, Dictionary<Guid, Guid> added, CancellationToken cancellationToken)
    {
        Guid[] known = [.. events.Select(item => item.Id).Where(id => !added.ContainsKey(id)).Distinct()];
        await using var command = new NpgsqlCommand(OwnersSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = known });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadOwnersAsync(rows, new(added), cancellationToken);
    }

    private static async Task<Dictionary<Guid, Guid>> ReadOwnersAsync(
        NpgsqlDataReader rows, Dictionary<Guid, Guid> owners, CancellationToken cancellationToken)
    {
        while (await rows.ReadAsync(cancellationToken))
        {
            owners[rows.GetGuid(0)] = rows.GetGuid(1);
        }

        return owners;
    }

    private static NpgsqlParameter<T[]> Column<T>(UsageEvent[] events, Converter<UsageEvent, T> value) =>
        new() { TypedValue = Array.ConvertAll(events, value) };
}
