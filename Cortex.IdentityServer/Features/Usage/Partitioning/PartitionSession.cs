using System.Diagnostics;
using Cortex.IdentityServer.Foundation.Data;
using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Partitioning;

/// <summary>Runs transactions without the time limits of requests, in the schema of <c>usage_logs</c>.</summary>
internal sealed class PartitionSession(NpgsqlDataSource database, LockTimeouts timeouts)
{
    /// <summary>How often a transaction that another one made fail is tried again.</summary>
    private const int MaxAttempts = 50;

    /// <summary>The role's settings may limit statements, locks, and transactions, and its search_path may begin with another schema.</summary>
    private const string Begin = """
        SELECT set_config(name, '0', true) FROM pg_catalog.pg_settings
        WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
        UNION ALL
        SELECT set_config('search_path', pg_catalog.quote_ident(nspname) || ', pg_temp', true)
        FROM pg_catalog.pg_namespace WHERE oid = (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass('usage_logs'))
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs a transaction, and again if another one made it fail: for example, one that deleted the user whose rows are being copied.</summary>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RunOnceAsync(work, cancellationToken);
            }
            catch (PostgresException failure) when (attempt < MaxAttempts && IsConflict(failure))
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Runs a transaction that locks tables. It waits for them only briefly, because other statements wait behind it, and tries again for some minutes.
    /// </summary>
    /// <param name="work">The transaction's statements.</param>
    /// <param name="meanwhile">Runs before each further attempt.</param>
    /// <param name="cancellationToken">Canceled when the operator interrupts the command.</param>
    /// <returns>False if the locks weren't available.</returns>
    public async Task<bool> TryLockedAsync(Func<NpgsqlConnection, Task> work, Func<Task> meanwhile, CancellationToken cancellationToken)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                return await RunOnceAsync(
                    async connection =>
                    {
                        await RunAsync(connection, $"SET LOCAL lock_timeout = {(int)timeouts.Wait.TotalMilliseconds}", cancellationToken);
                        await work(connection);
                        return true;
                    },
                    cancellationToken);
            }
            catch (PostgresException failure) when (IsConflict(failure))
            {
                if (Stopwatch.GetElapsedTime(started) >= timeouts.Total)
                {
                    return false;
                }
            }

            await Task.Delay(timeouts.RetryDelay, cancellationToken);
            await meanwhile();
        }
    }

    /// <summary>Runs statements that can't be part of a transaction.</summary>
    public async Task RunAloneAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await RunAsync(connection, sql, cancellationToken);
    }

    public static async Task<int> RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<T> ReadAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<T> RunOnceAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(connection, Begin, cancellationToken);
        var result = await work(connection);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    private static bool IsConflict(PostgresException failure) => failure.SqlState is PostgresErrorCodes.ForeignKeyViolation
        or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.LockNotAvailable;
}
