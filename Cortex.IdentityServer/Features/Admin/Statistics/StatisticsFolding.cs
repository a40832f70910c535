using Npgsql;

namespace Cortex.IdentityServer.Features.Admin.Statistics;

/// <summary>Adds the changes of each minute to the rollups, so that few rows have to be added up where they are read (decision 0016).</summary>
/// <remarks>What isn't committed yet isn't seen and stays for the next time; the sums are right before, meanwhile and after.</remarks>
internal sealed partial class StatisticsFolding(NpgsqlDataSource database, TimeProvider clock, ILogger<StatisticsFolding> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>The advisory lock's key: "cortexst" in ASCII.</summary>
    private const long LockKey = 0x636F727465787374;

    /// <summary>More than a request has: nobody waits for it, and a million accounts may have come at once.</summary>
    private const int TimeoutSeconds = 60;

    /// <summary>True where there is something to fold and no other replica at it. CASE, as only that keeps its order.</summary>
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

    private DateOnly _forgottenBefore;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        var isFailing = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await FoldAsync(stoppingToken);
                await ForgetAsync(stoppingToken);
                isFailing = false;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was, it would stop the server, and the next minute tries again: nothing is lost meanwhile.
                if (!isFailing)
                {
                    Log.Failed(logger, failure.GetType().Name);
                }

                isFailing = true;
            }
        }
    }

    private async Task FoldAsync(CancellationToken cancellationToken)
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
    /// Once a day: who was active before yesterday is in the number of that day and needed no more. Of yesterday a last use may still be written.
    /// </summary>
    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var yesterday = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-1);
        if (_forgottenBefore == yesterday)
        {
            return;
        }

        await using var command = database.CreateCommand("DELETE FROM active_users WHERE day < $1");
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = yesterday });
        command.CommandTimeout = TimeoutSeconds;
        await command.ExecuteNonQueryAsync(cancellationToken);
        _forgottenBefore = yesterday;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not add account changes to the statistics ({Failure}); trying again")]
        public static partial void Failed(ILogger logger, string failure);
    }
}
