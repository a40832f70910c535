using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Features.Usage.Removal;

/// <summary>Removes deleted accounts that had too much usage for a request: first the usage, in batches, then the row of the account (decision 0025).</summary>
/// <remarks>
/// One replica works at a time, because each batch takes an advisory lock. Whatever interrupts the job, the tombstone remains, and any replica continues with
/// it: at startup, when it deletes an account itself, and every minute.
/// </remarks>
internal sealed partial class DeletedAccounts(NpgsqlDataSource database, ServerWatch server, RemovalSignal signal, ILogger<DeletedAccounts> logger)
    : PollingService(server, PollInterval)
{
    /// <summary>The advisory lock's key: "cortexde" in ASCII.</summary>
    internal const long LockKey = 0x636F727465786465;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMinutes(1);

    protected override Task PauseAsync(TimeSpan time, CancellationToken cancellationToken) => signal.WaitAsync(time, cancellationToken);

    protected override void LogFailure(Exception? exception, string failure) => Log.Failed(logger, exception, failure);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        var failed = new List<Guid>();
        while (await FindNextAsync(failed, cancellationToken) is { } userId)
        {
            try
            {
                if (!await TryRemoveAsync(userId, cancellationToken))
                {
                    // Another replica is at work. It looks for further accounts when it is done.
                    return;
                }
            }
            catch (PostgresException failure) when (DatabaseFailure.In(failure) is null)
            {
                // A table of the database's owner may have begun to reference the account. The other accounts don't wait for it.
                Log.Blocked(logger, userId, failure.SqlState, ExternalReference.FindTable(failure));
                failed.Add(userId);
            }
        }
    }

    private async Task<Guid?> FindNextAsync(List<Guid> except, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RemovalSql.Next);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. except] });
        return (Guid?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Returns false if another replica has the lock.</summary>
    private async Task<bool> TryRemoveAsync(Guid userId, CancellationToken cancellationToken)
    {
        if (await TryRemoveLogsAsync(userId, cancellationToken) is not { } rows)
        {
            return false;
        }

        foreach (var sql in RemovalSql.Others)
        {
            long? count;
            do
            {
                count = await RunAsync(sql, userId, cancellationToken);
                if (count is null)
                {
                    return false;
                }
            }
            while (count > 0);
        }

        if (await RunAsync(RemovalSql.Account, userId, cancellationToken) is not { } removed)
        {
            return false;
        }

        if (removed > 0)
        {
            Log.Removed(logger, userId, rows);
        }

        return true;
    }

    /// <summary>Returns the number of rows of <c>usage_logs</c> that were deleted, or null if another replica has the lock.</summary>
    private async Task<long?> TryRemoveLogsAsync(Guid userId, CancellationToken cancellationToken)
    {
        var (time, id, rows) = (long.MinValue, Guid.Empty, 0L);
        while (true)
        {
            await using var command = Command(RemovalSql.Logs, userId);
            command.Parameters.Add(new NpgsqlParameter<long>("time", NpgsqlDbType.TimestampTz) { TypedValue = time });
            command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            if (!row.GetBoolean(0))
            {
                return null;
            }

            if (await row.IsDBNullAsync(3, cancellationToken))
            {
                return rows;
            }

            (time, id, rows) = (row.GetFieldValue<long>(2), row.GetGuid(3), rows + row.GetInt64(1));
        }
    }

    private async Task<long?> RunAsync(string sql, Guid userId, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, userId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.GetBoolean(0) ? row.GetInt64(1) : null;
    }

    private NpgsqlCommand Command(string sql, Guid userId)
    {
        var command = database.CreateCommand(sql);
        command.CommandTimeout = IExpiryRule.CommandTimeoutSeconds;
        command.Parameters.Add(new NpgsqlParameter<Guid>("user", userId));
        command.Parameters.Add(new NpgsqlParameter<long>("lock", LockKey));
        return command;
    }

    private static partial class Log
    {
        [LoggerMessage(4005, LogLevel.Information, "Removed the deleted user {UserId} with {Rows} rows of usage")]
        public static partial void Removed(ILogger logger, Guid userId, long rows);

        [LoggerMessage(4006, LogLevel.Warning, "Could not remove the usage of deleted users ({Failure}); retrying within a minute")]
        public static partial void Failed(ILogger logger, Exception? exception, string failure);

        [LoggerMessage(
            4007,
            LogLevel.Warning,
            "Could not remove the deleted user {UserId} (SQLSTATE {State}; rows of the table {Table} may reference it); retrying within a minute")]
        public static partial void Blocked(ILogger logger, Guid userId, string state, string? table);
    }
}
