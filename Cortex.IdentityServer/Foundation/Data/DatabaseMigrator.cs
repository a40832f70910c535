using System.Data;
using System.Diagnostics;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Cortex.IdentityServer.Foundation.Data.Inspection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>
/// Migrates the database to this version's schema, applying all pending migrations in one transaction or none. Of several replicas that start together,
/// only one migrates.
/// </summary>
/// <remarks>
/// EF Core takes its own lock only after it has created its history table, so this class takes one first. The lock belongs to the transaction rather than
/// the session: behind a transaction pooler (Neon's, PgBouncer), a session lock would stay on a connection that other clients reuse, and the next start
/// would hang.
/// </remarks>
internal sealed partial class DatabaseMigrator(
    NpgsqlDataSource dataSource, IServiceScopeFactory scopes, LockTimeouts timeouts, ILogger<DatabaseMigrator> logger)
{
    /// <summary>The key of the advisory lock: "cortexid" in ASCII, to avoid clashes with other programs.</summary>
    private const long LockKey = 0x636F727465786964;

    /// <summary>The SQLSTATE that a migration raises when the operator has to correct data first. Its message is written for the operator.</summary>
    public const string OperatorActionRequired = "CX001";

    /// <summary>
    /// Servers of the previous version may still be running, and PostgreSQL may pick the migration as the victim of a deadlock with one of them.
    /// </summary>
    private const int MaxAttempts = 5;

    /// <summary>
    /// Lifts, until the transaction ends, the time limits of the role, the database, and the server: they are meant for requests, while a migration takes as
    /// long as the tables are large. Limits that this version of PostgreSQL doesn't have are skipped.
    /// </summary>
    private const string LiftTimeLimits = """
        SELECT set_config(name, '0', true) FROM pg_catalog.pg_settings
        WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
        """;

    /// <summary>Behind a pooler, <see cref="SessionDefaults"/> doesn't apply, and the role's own setting would.</summary>
    private const string SetStandardStrings = "SELECT set_config('standard_conforming_strings', 'on', true)";

    /// <summary>
    /// Pins the search_path to the schema of the server's tables, or to the one where they would be created. All of them are then in one schema, and tables
    /// of other schemas aren't mistaken for the server's.
    /// </summary>
    private const string PinSchema = $"""
        SELECT set_config('search_path', pg_catalog.quote_ident(nspname) || ', pg_temp', true) FROM pg_catalog.pg_namespace
        WHERE oid = coalesce(
            (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass('"{HistoryRepository.DefaultTableName}"')),
            (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass('users')),
            (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema()))
        """;

    /// <returns>The applied migrations in order; empty if the schema was already up to date.</returns>
    /// <exception cref="MigrationRefusedException">The operator has to act first. Nothing was changed.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        for (var attempt = 1; ;)
        {
            try
            {
                IReadOnlyList<string> applied = [];
                var report = await InspectIfUpToDateAsync(cancellationToken);
                if (report is null)
                {
                    applied = await MigrateInTransactionAsync(started, cancellationToken);
                    report = await InspectIfUpToDateAsync(cancellationToken);
                }

                if (report is not null)
                {
                    await ApplyReportAsync(report, cancellationToken);
                }

                return applied;
            }
            catch (Exception failure) when (DatabaseFailure.FromPostgres(failure)?.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                // The migration needed a lock that isn't taken up front, for example on a table of the owner's that references one of the server's.
                if (Stopwatch.GetElapsedTime(started) >= timeouts.Total)
                {
                    throw TableLocks.CreateRefusal(timeouts, "a lock of another transaction");
                }

                Log.LockNotAvailable(logger);
                await Task.Delay(timeouts.RetryDelay, cancellationToken);
            }
            catch (Exception failure) when (attempt < MaxAttempts && DatabaseFailure.FromPostgres(failure)?.SqlState == PostgresErrorCodes.DeadlockDetected)
            {
                Log.Deadlocked(logger, attempt++);
            }
            catch (Exception failure) when (DatabaseFailure.FromPostgres(failure) is { SqlState: OperatorActionRequired } refused)
            {
                throw new MigrationRefusedException(refused.MessageText);
            }
        }
    }

    private async Task<IReadOnlyList<string>> MigrateInTransactionAsync(long started, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CortexDbContext>();
        db.Database.SetCommandTimeout(TimeSpan.Zero);

        // The role's default may differ, but this transaction has to see what another replica committed while this one waited for the lock.
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await ScalarAsync(transaction, LiftTimeLimits, cancellationToken);
        await ScalarAsync(transaction, SetStandardStrings, cancellationToken);
        await ScalarAsync(transaction, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        var npgsqlTransaction = (NpgsqlTransaction)transaction.GetDbTransaction();
        var plan = await MigrationInspector.PlanAsync(db, npgsqlTransaction, cancellationToken);
        plan.Report.ThrowIfRefused();
        await ScalarAsync(transaction, PinSchema, cancellationToken);
        if (plan.Pending.Count > 0
            && await new TableLocks(npgsqlTransaction, timeouts, started, logger)
                .AcquireAsync([.. plan.Changed, HistoryRepository.DefaultTableName], cancellationToken))
        {
            // Other transactions may have changed rows while this one waited.
            plan = await MigrationInspector.PlanAsync(db, npgsqlTransaction, cancellationToken);
            plan.Report.ThrowIfRefused();
        }

        var report = plan.Report;
        foreach (var repair in report.Repairs)
        {
            await ScalarAsync(transaction, repair, cancellationToken);
        }

        // EF Core logs an error if it is asked about migrations before the history table exists.
        await db.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancellationToken);
        var pending = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        if (pending.Count > 0)
        {
            await db.Database.MigrateAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            LogResult(report, pending);
        }

        return pending;
    }

    /// <summary>Returns what <see cref="MigrateAsync"/> would do, without changing anything.</summary>
    public async Task<MigrationPlan> PlanAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CortexDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await ScalarAsync(transaction, LiftTimeLimits, cancellationToken);
        await ScalarAsync(transaction, SetStandardStrings, cancellationToken);
        await ScalarAsync(transaction, "SET TRANSACTION READ ONLY", cancellationToken);
        return await MigrationInspector.PlanAsync(db, (NpgsqlTransaction)transaction.GetDbTransaction(), cancellationToken);
    }

    private void LogResult(InspectionReport report, List<string> applied)
    {
        foreach (var repair in report.Repaired)
        {
            Log.Repaired(logger, repair);
        }

        foreach (var warning in report.Warnings)
        {
            Log.Warned(logger, warning);
        }

        Log.Migrated(logger, applied.Count, applied[^1]);
    }

    private static async Task<object?> ScalarAsync(IDbContextTransaction transaction, string sql, CancellationToken cancellationToken)
    {
        var npgsqlTransaction = (NpgsqlTransaction)transaction.GetDbTransaction();
        await using var command = new NpgsqlCommand(sql, npgsqlTransaction.Connection, npgsqlTransaction) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>
    /// Inspects an up-to-date database without EF Core, whose initialization takes a third of the startup time and isn't needed before the first login.
    /// </summary>
    /// <remarks>While another replica migrates, this method waits for it.</remarks>
    /// <returns>The findings about the database, or null if a migration is pending.</returns>
    private async Task<InspectionReport?> InspectIfUpToDateAsync(CancellationToken cancellationToken)
    {
        await using var exists = dataSource.CreateCommand("SELECT to_regclass($1) IS NOT NULL");
        exists.Parameters.Add(new() { Value = $"\"{HistoryRepository.DefaultTableName}\"" });
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return null;
        }

        await using var read = dataSource.CreateBatch();
        read.Timeout = 0;
        read.BatchCommands.Add(new(LiftTimeLimits));
        read.BatchCommands.Add(
            new($"""SELECT count(*) FROM "{HistoryRepository.DefaultTableName}" WHERE "MigrationId" = ANY ($1)""")
            {
                Parameters = { new() { Value = Migrations.MigrationIds.All } },
            });

        // This command comes last, so that it never sees an older state than the count.
        read.BatchCommands.Add(StartInspection.Command());
        await using var rows = await read.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        if (rows.GetInt64(0) < Migrations.MigrationIds.All.Length)
        {
            return null;
        }

        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return StartInspection.ReportUnlessRefused(rows);
    }

    /// <summary>Logs the warnings, and makes the corrections that this role can make without a migration.</summary>
    private async Task ApplyReportAsync(InspectionReport report, CancellationToken cancellationToken)
    {
        foreach (var warning in report.Warnings)
        {
            Log.Warned(logger, warning);
        }

        if (report.Repaired.Count > 0)
        {
            await CorrectFunctionsAsync(report.Repaired, cancellationToken);
        }
    }

    private async Task CorrectFunctionsAsync(IEnumerable<string> corrections, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new($"SELECT pg_advisory_xact_lock({LockKey})"));
        batch.BatchCommands.Add(new(OwnerFunctions.Correct));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        foreach (var correction in corrections)
        {
            Log.Corrected(logger, correction);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1400, LogLevel.Information, "Applied {Count} migration(s), up to {Last}")]
        public static partial void Migrated(ILogger logger, int count, string last);

        [LoggerMessage(1401, LogLevel.Information, "Repaired: {Repair}")]
        public static partial void Repaired(ILogger logger, string repair);

        [LoggerMessage(1402, LogLevel.Warning, "Corrected: {Correction}")]
        public static partial void Corrected(ILogger logger, string correction);

        [LoggerMessage(1403, LogLevel.Warning, "{Warning}")]
        public static partial void Warned(ILogger logger, string warning);

        [LoggerMessage(1404, LogLevel.Warning, "The migration was rolled back because of another transaction's lock; retrying")]
        public static partial void LockNotAvailable(ILogger logger);

        [LoggerMessage(1405, LogLevel.Warning, "The migration was rolled back because of a deadlock with another program (attempt {Attempt}); retrying")]
        public static partial void Deadlocked(ILogger logger, int attempt);
    }
}
