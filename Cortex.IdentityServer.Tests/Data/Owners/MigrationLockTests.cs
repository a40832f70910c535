using System.Diagnostics;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Inspection;
using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <remarks>A report that runs for minutes blocks a migration, but the migration must not block everyone else.</remarks>
public sealed class MigrationLockTests(PostgresCluster cluster)
{
    /// <summary>The server's statement timeout.</summary>
    private static readonly TimeSpan MaxBlockedTime = TimeSpan.FromSeconds(2);

    private static readonly LockTimeouts ShortTimeouts = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_a_transaction_that_has_read_users_stays_open_others_continue_and_once_it_ends_migrate_finishes()
    {
        var database = await AdoptedAsync();
        var report = await ReadAsync(database.Owner);
        var pid = report.ProcessID;
        await using var migrate = Cli.Start(database.Owner, ["migrate"]);
        await WaitUntilBlockedAsync(database);

        var (longest, clock) = (TimeSpan.Zero, Stopwatch.StartNew());
        while (clock.Elapsed < TimeSpan.FromSeconds(8))
        {
            foreach (var sql in new[]
            {
                "SELECT count(password_hash) FROM users", "UPDATE users SET is_verified = true WHERE email = 'a2@example.com'; SELECT 1::bigint",
            })
            {
                var begun = clock.Elapsed;
                await PythonDatabase.SqlAsync<long>(database.Superuser, sql);
                longest = longest > clock.Elapsed - begun ? longest : clock.Elapsed - begun;
            }

            await Task.Delay(20, Ct);
        }

        Assert.True(longest < MaxBlockedTime, $"{longest}");
        await report.DisposeAsync();
        var run = (await migrate.WaitForExitAsync()).ShouldExitWith(0);
        var line = Assert.Single(run.ErrorLines);
        Assert.Contains($"pid {pid} (application_name \"monthly report\", idle in transaction, in a transaction for 00:00:", line, StringComparison.Ordinal);
        Assert.DoesNotContain("SELECT", line, StringComparison.Ordinal);
        Assert.DoesNotContain("example.com", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_never_gets_its_locks_fails_with_one_line_and_changes_nothing()
    {
        var database = await AdoptedAsync();
        var before = await WholeStateAsync(database);
        await using (var report = await ReadAsync(database.Superuser))
        {
            var refused = await Assert.ThrowsAsync<MigrationRefusedException>(() => PostgresCluster.MigrateAsync(database.Owner, ShortTimeouts));

            Assert.StartsWith("The database was not changed. For 00:00:01 ", refused.Message, StringComparison.Ordinal);
            Assert.Contains(
                $"pid {report.ProcessID} (application_name \"monthly report\", whose state this role may not see)", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("\n", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("example.com", refused.Message, StringComparison.Ordinal);
            Assert.Equal(before, await WholeStateAsync(database));
        }

        await PostgresCluster.MigrateAsync(database.Owner, ShortTimeouts);
    }

    /// <remarks>Other programs continue to write while the migration waits, so its findings may be outdated.</remarks>
    [Fact]
    public async Task Rows_written_while_it_waits_are_inspected_too()
    {
        var database = await AdoptedAsync();
        var report = await ReadAsync(database.Owner);
        var migrate = Task.Run(() => PostgresCluster.MigrateAsync(database.Owner), Ct);
        await WaitUntilBlockedAsync(database);

        await PythonDatabase.SqlAsync<object>(database.Owner, """
            INSERT INTO users (id, email, password_hash) VALUES
                ('00000000-0000-4000-8000-0000000000e1', 'twin@example.com', 'x'), ('00000000-0000-4000-8000-0000000000e2', 'Twin@example.com', 'y')
            """);
        await report.DisposeAsync();

        var refused = await Assert.ThrowsAsync<MigrationRefusedException>(() => migrate);
        Assert.Contains("00000000-0000-4000-8000-0000000000e1 and 00000000-0000-4000-8000-0000000000e2", refused.Message, StringComparison.Ordinal);
    }

    /// <remarks>Without this, a later statement could wait while earlier tables are locked.</remarks>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_table_that_a_migration_locks_exclusively_is_among_those_it_locks_first(bool released)
    {
        var database = released ? await OwnedDatabase.ReleasedAsync(cluster) : await AdoptedAsync();
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddData(database.Owner).BuildServiceProvider();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CortexDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(Ct);
        var plan = await MigrationInspector.PlanAsync(db, (NpgsqlTransaction)transaction.GetDbTransaction(), Ct);
        Assert.Empty(plan.Report.Refusals);
        var there = await PythonDatabase.SqlAsync<string[]>(
            database.Superuser, "SELECT array_agg(relname::text) FROM pg_class WHERE relnamespace = 'public'::regnamespace");

        await db.GetService<IHistoryRepository>().CreateIfNotExistsAsync(Ct);
        await db.Database.MigrateAsync(Ct);

        await using var look = new NpgsqlCommand(
            """
            SELECT array_agg(DISTINCT relname::text) FROM pg_locks JOIN pg_class ON pg_class.oid = relation
            WHERE pid = pg_backend_pid() AND relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
                AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
            """, (NpgsqlConnection)db.Database.GetDbConnection());
        var locked = ((string[])(await look.ExecuteScalarAsync(Ct))!).Intersect(there).ToList();
        Assert.Contains("users", locked);
        Assert.Empty(locked.Except([.. plan.Changed, "__EFMigrationsHistory"]));
    }

    private async Task<OwnedDatabase> AdoptedAsync()
    {
        var database = await OwnedDatabase.CreateAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, PythonDatabase.Documented + PythonDatabase.Rows);
        return database;
    }

    private static async Task<string> WholeStateAsync(OwnedDatabase database) =>
        await PythonDatabase.DumpAsync(database.Superuser) + await Inspection.OldDatabase.StateAsync(database.Superuser);

    /// <summary>Starts a report that has read the table, and whose transaction stays open until it is disposed.</summary>
    private static async Task<NpgsqlConnection> ReadAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "monthly report" }.ConnectionString);
        await connection.OpenAsync(Ct);
        await using var hold = new NpgsqlCommand("BEGIN; SELECT count(*) FROM users", connection);
        await hold.ExecuteNonQueryAsync(Ct);
        return connection;
    }

    private static Task<TimeSpan> WaitUntilBlockedAsync(OwnedDatabase database) =>
        Poll.UntilAsync(TimeSpan.FromSeconds(30), "a migration that waits", () => PythonDatabase.SqlAsync<bool>(
            database.Superuser, "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'users'::regclass AND NOT granted)"));
}
