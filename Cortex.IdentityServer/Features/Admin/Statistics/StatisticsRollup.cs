using Npgsql;

namespace Cortex.IdentityServer.Features.Admin.Statistics;

/// <summary>Adds accumulated changes to the rollup tables every minute, so that reading the statistics sums up only a few rows (decision 0016).</summary>
/// <remarks>Changes that aren't committed yet wait for the next run. The sums are correct before, during, and after a run.</remarks>
internal sealed partial class StatisticsRollup(NpgsqlDataSource database, TimeProvider clock, ILogger<StatisticsRollup> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>The advisory lock's key: "cortexst" in ASCII.</summary>
    private const long LockKey = 0x636F727465787374;

    /// <summary>The timeout, which is longer than a request's, because no client waits for it and a million accounts may have been imported.</summary>
    private const int TimeoutSeconds = 60;

    /// <summary>Returns whether there are changes to add and no other replica is adding them. CASE guarantees the order of evaluation.</summary>
    private const string IsDueSql = """
        SELECT CASE WHEN EXISTS (SELECT FROM account_changes) OR EXISTS (SELECT FROM daily_changes) THEN pg_try_advisory_xact_lock($1) ELSE false END
        """;

    private const string AccountsSql = """
        WITH changed AS (DELETE FROM account_changes RETURNING *)
        INSERT INTO account_totals AS known
        SELECT subscription_tier, is_active, is_verified, two_factor_enabled, sum(accounts) FROM changed GROUP BY 1, 2, 3, 4 HAVING sum(accounts) <> 0
        ON CONFLICT (subscription_tier, is_active, is_verified, two_factor_enabled) DO UPDATE SET accounts = known.accounts + excluded.accounts
        """;

    private const string DaysSql = """
        WITH changed AS (DELETE FROM daily_changes RETURNING *)
        INSERT INTO daily_totals AS known (day, sign_ups, logins, login_failures, active_users)
        SELECT day, sum(sign_ups), sum(logins), sum(login_failures), sum(active_users) FROM changed GROUP BY day
        ON CONFLICT (day) DO UPDATE SET sign_ups = known.sign_ups + excluded.sign_ups, logins = known.logins + excluded.logins,
            login_failures = known.login_failures + excluded.login_failures, active_users = known.active_users + excluded.active_users
        """;

    private DateOnly _deletedBefore;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var isFailing = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RollUpAsync(stoppingToken);
                await DeleteOldActiveUsersAsync(stoppingToken);
                isFailing = false;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // An unhandled exception would stop the server. The changes are kept, and the next run retries.
                if (!isFailing)
                {
                    Log.Failed(logger, failure.GetType().Name);
                }

                isFailing = true;
            }
        }
    }

    private async Task RollUpAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var look = new NpgsqlCommand(IsDueSql, connection, transaction))
        {
            look.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockKey });
            if (await look.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return;
            }
        }

        await using var fold = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        fold.BatchCommands.Add(new(AccountsSql));
        fold.BatchCommands.Add(new("DELETE FROM account_totals WHERE accounts = 0"));
        fold.BatchCommands.Add(new(DaysSql));
        await fold.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Once a day, deletes the users who were active before yesterday, who are already counted. Activity of yesterday may still be written.
    /// </summary>
    private async Task DeleteOldActiveUsersAsync(CancellationToken cancellationToken)
    {
        var yesterday = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-1);
        if (_deletedBefore == yesterday)
        {
            return;
        }

        await using var command = database.CreateCommand("DELETE FROM active_users WHERE day < $1");
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = yesterday });
        command.CommandTimeout = TimeoutSeconds;
        await command.ExecuteNonQueryAsync(cancellationToken);
        _deletedBefore = yesterday;
    }

    private static partial class Log
    {
        [LoggerMessage(4702, LogLevel.Warning, "Could not add account changes to the statistics ({Failure}); retrying")]
        public static partial void Failed(ILogger logger, string failure);
    }
}
