using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <remarks>Migrations run in one transaction: all are applied, or the database is unchanged, whatever limits the role has.</remarks>
public sealed class MigrationRunTests(PostgresCluster cluster)
{
    private const string Applied = "SELECT count(*) FROM \"__EFMigrationsHistory\"";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public async Task Time_limits_of_the_role_do_not_end_a_migration_that_waits_or_runs_longer(int replicas)
    {
        var database = await AdoptedAsync();
        await PythonDatabase.SqlAsync<object>(database.Superuser, string.Join(';', new[]
        {
            "statement_timeout = '300ms'", "lock_timeout = '200ms'", "idle_in_transaction_session_timeout = '300ms'", "idle_session_timeout = '500ms'",
            "default_transaction_isolation = 'serializable'",
        }.Select(limit => $"ALTER ROLE {OwnedDatabase.RoleOf(database.Owner)} SET {limit}")));
        await using var reader = await ReadAsync(database, "users");

        var runs = Task.WhenAll(Enumerable.Range(0, replicas).Select(_ => Task.Run(() => PostgresCluster.MigrateAsync(database.Owner), Ct)));
        await WaitUntilBlockedAsync(database, "users", "700 milliseconds");
        await reader.DisposeAsync();
        await runs;

        Assert.True(await PythonDatabase.SqlAsync<long>(database.Owner, Applied) > 5);
    }

    [Fact]
    public async Task A_failure_in_the_last_migration_rolls_back_the_first()
    {
        var database = await AdoptedAsync();
        await PythonDatabase.SqlAsync<object>(
            database.Superuser, "CREATE FUNCTION public.cortex_count_logins() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
        var before = await StateAsync(database);

        var run = (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldExitWith(1);

        Assert.Contains("cortex_count_logins", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync(database));
        await PythonDatabase.SqlAsync<object>(database.Superuser, "DROP FUNCTION public.cortex_count_logins()");
        (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldExitWith(0);
    }

    [Theory]
    [InlineData("migrate")]
    [InlineData("serve")]
    public async Task A_migration_that_loses_its_connection_reports_it_in_one_line_and_changes_nothing(string verb)
    {
        var database = await AdoptedAsync();
        var before = await StateAsync(database);
        await using var reader = await ReadAsync(database, "users");
        await using var process = Cli.Start(database.Owner, [verb]);
        await Poll.UntilAsync(TimeSpan.FromSeconds(30), "a migration that waits is ended", () => PythonDatabase.SqlAsync<bool>(
            database.Superuser, "SELECT coalesce(bool_or(pg_terminate_backend(pid)), false) FROM pg_locks WHERE relation = 'users'::regclass AND NOT granted"));

        var run = (await process.WaitForExitAsync()).ShouldExitWith(1);
        Assert.Contains("57P01", run.ErrorLines[^1], StringComparison.Ordinal);
        await reader.DisposeAsync();
        Assert.Equal(before, await StateAsync(database));
    }

    /// <remarks>PostgreSQL resolves a deadlock by failing one of the transactions, which may be the migration.</remarks>
    [Fact]
    public async Task A_migration_that_a_deadlock_rolled_back_is_retried()
    {
        var database = await AdoptedAsync();
        await PythonDatabase.SqlAsync<object>(database.Superuser, $"ALTER ROLE {OwnedDatabase.RoleOf(database.Owner)} SET deadlock_timeout = '2s'");
        await using var other = await ReadAsync(database, "billing_events");
        var timeouts = LockTimeouts.Default with { Wait = TimeSpan.FromSeconds(30) };
        var run = Task.Run(() => PostgresCluster.MigrateAsync(database.Owner, timeouts), Ct);
        await WaitUntilBlockedAsync(database, "billing_events", "0 seconds");

        // Each now waits for the other, and the migration is the first to check for a deadlock.
        await using (var second = new NpgsqlCommand("SET deadlock_timeout = '60s'; SELECT count(*) FROM users", other) { CommandTimeout = 60 })
        {
            await second.ExecuteNonQueryAsync(Ct);
        }

        await other.DisposeAsync();
        await run;
        Assert.True(await PythonDatabase.SqlAsync<long>(database.Owner, Applied) > 5);
        await Poll.UntilAsync(TimeSpan.FromSeconds(30), "the deadlock in the statistics", async () => await PythonDatabase.SqlAsync<long>(
            database.Superuser, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 1);
    }

    private async Task<OwnedDatabase> AdoptedAsync()
    {
        var database = await OwnedDatabase.CreateAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, PythonDatabase.Documented + PythonDatabase.Rows);
        return database;
    }

    /// <summary>Opens a transaction that reads a table and keeps migrations waiting until it is disposed.</summary>
    private static async Task<NpgsqlConnection> ReadAsync(OwnedDatabase database, string table)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.Superuser) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Ct);
        await using var hold = new NpgsqlCommand($"BEGIN; SELECT count(*) FROM {table}", connection);
        await hold.ExecuteNonQueryAsync(Ct);
        return connection;
    }

    /// <summary>Waits until a migration has waited this long for the table.</summary>
    private static Task<TimeSpan> WaitUntilBlockedAsync(OwnedDatabase database, string table, string howLong) =>
        Poll.UntilAsync(TimeSpan.FromSeconds(30), "a migration that waits", () => PythonDatabase.SqlAsync<bool>(database.Superuser, $"""
            SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
                WHERE relation = '{table}'::regclass AND NOT granted AND clock_timestamp() - query_start > interval '{howLong}')
            """));

    private static async Task<string> StateAsync(OwnedDatabase database) =>
        await PythonDatabase.DumpAsync(database.Superuser) + await PythonDatabase.SqlAsync<string>(database.Superuser, """
            SELECT string_agg(name, ' ' ORDER BY name) FROM (
                SELECT relname || '.' || coalesce(attname, '') AS name FROM pg_class LEFT JOIN pg_attribute ON attrelid = pg_class.oid
                    WHERE relnamespace = 'public'::regnamespace
                UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS names
            """);
}
