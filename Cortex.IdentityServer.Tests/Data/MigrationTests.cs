using System.Reflection;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Migrations;
using Cortex.IdentityServer.Tests.Contract;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

/// <remarks>Migrates an empty database, an old one, one shared by several servers, and one that the operator has to correct first.</remarks>
public sealed class MigrationTests(PostgresCluster cluster)
{
    private const string CountMigrations = "SELECT count(*) FROM \"__EFMigrationsHistory\"";

    private static readonly long All = typeof(CortexDbContext).Assembly.GetTypes().Count(type => type.IsSubclassOf(typeof(Migration)));

    private const string BeforeNewest = "20261126192159_Passkeys";

    private const string LogIn = "INSERT INTO audit_events (id, occurred_at, action, outcome) VALUES (gen_random_uuid(), now(), 'login.succeeded', 'success')";

    private const string Twins = """
        INSERT INTO users (id, email, password_hash) VALUES
            ('00000000-0000-4000-8000-0000000000e1', 'Twin@example.com', 'x'), ('00000000-0000-4000-8000-0000000000e2', 'twin@Example.com', 'y')
        """;

    [Fact]
    public void The_list_of_migrations_read_at_each_start_is_complete() =>
        Assert.Equal(
            typeof(CortexDbContext).Assembly.GetTypes().Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id).OfType<string>().Order(),
            MigrationIds.All);

    [Fact]
    public async Task An_empty_database_and_both_old_ones_get_the_same_schema()
    {
        var empty = await PythonDatabase.CreateAsync(cluster);
        var documented = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, PythonDatabase.Rows);
        var orm = await PythonDatabase.CreateAsync(cluster, PythonDatabase.MadeByOrm, PythonDatabase.Rows);

        await Task.WhenAll(new[] { empty, documented, orm }.Select(PostgresCluster.MigrateAsync));

        var expected = (await Schema.ReadAsync(empty)).ToString();
        Assert.Contains("security_stamp", expected, StringComparison.Ordinal);
        Assert.Equal(expected, (await Schema.ReadAsync(documented)).ToString());
        Assert.Equal(expected, (await Schema.ReadAsync(orm)).ToString());
    }

    [Fact]
    public async Task Six_servers_that_start_together_migrate_once()
    {
        foreach (var old in new[] { "SELECT 1", PythonDatabase.Documented + PythonDatabase.Rows })
        {
            var database = await PythonDatabase.CreateAsync(cluster, old);

            await Task.WhenAll(
                Enumerable.Range(0, 6).Select(_ => Task.Run(() => PostgresCluster.MigrateAsync(database), TestContext.Current.CancellationToken)));

            Assert.Equal(All, await PythonDatabase.SqlAsync<long>(database, CountMigrations));
        }
    }

    [Fact]
    public async Task Columns_that_an_older_Python_server_lacked_are_added()
    {
        var database = await PythonDatabase.CreateAsync(cluster, """
            CREATE TABLE users (id uuid PRIMARY KEY, email varchar(255) UNIQUE NOT NULL, password_hash varchar(255) NOT NULL);
            INSERT INTO users VALUES (gen_random_uuid(), 'old@example.com', 'x');
            """);

        await PostgresCluster.MigrateAsync(database);

        Assert.Equal(
            "free",
            await PythonDatabase.SqlAsync<string>(
                database, "SELECT subscription_tier FROM users WHERE email = 'old@example.com' AND is_active AND NOT two_factor_enabled"));
    }

    [Fact]
    public async Task A_second_run_does_nothing()
    {
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, PythonDatabase.Rows);
        await PostgresCluster.MigrateAsync(database);
        const string State = """
            SELECT (SELECT string_agg(u::text || xmin::text, ';' ORDER BY id) FROM users u) || (SELECT string_agg(oid::text || relfilenode::text, ';'
                ORDER BY oid)
                FROM pg_class WHERE relnamespace = 'public'::regnamespace)
            """;
        var before = await PythonDatabase.SqlAsync<string>(database, State);

        await PostgresCluster.MigrateAsync(database);

        Assert.Equal(before, await PythonDatabase.SqlAsync<string>(database, State));
    }

    [Fact]
    public async Task Emails_that_differ_only_in_case_are_reported_by_ID_and_nothing_changes_until_they_are_corrected()
    {
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, PythonDatabase.Rows, Twins);
        var rows = await PythonDatabase.DumpAsync(database);
        var schema = (await Schema.ReadAsync(database)).ToString();

        var refusal = await Assert.ThrowsAsync<MigrationRefusedException>(() => PostgresCluster.MigrateAsync(database));

        Assert.Contains("00000000-0000-4000-8000-0000000000e1", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("00000000-0000-4000-8000-0000000000e2", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.DoesNotContain("example.com", refusal.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(rows, await PythonDatabase.DumpAsync(database));
        Assert.Equal(schema, (await Schema.ReadAsync(database)).ToString());
        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(database, "SELECT count(*) FROM pg_class WHERE relname = '__EFMigrationsHistory'"));

        await PythonDatabase.SqlAsync<object>(database, "UPDATE users SET email = 'other@example.com' WHERE email = 'twin@Example.com'");
        await PostgresCluster.MigrateAsync(database);

        Assert.Equal(All, await PythonDatabase.SqlAsync<long>(database, CountMigrations));
    }

    [Fact]
    public async Task A_refused_migration_releases_its_lock()
    {
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, Twins);
        await Assert.ThrowsAsync<MigrationRefusedException>(() => PostgresCluster.MigrateAsync(database));

        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(
            database,
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"));
    }

    /// <remarks>
    /// When an operator reverts to the previous version and upgrades again, the schema is unchanged, and the statistics match the existing rows.
    /// </remarks>
    [Fact]
    public async Task The_newest_migration_can_be_reverted_and_applied_again()
    {
        var before = await PythonDatabase.CreateAsync(cluster);
        await ToAsync(before, BeforeNewest);
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, PythonDatabase.Rows);
        await PostgresCluster.MigrateAsync(database);
        await PythonDatabase.SqlAsync<object>(database, LogIn);

        await ToAsync(database, BeforeNewest);

        Assert.Equal((await Schema.ReadAsync(before)).ToString(), (await Schema.ReadAsync(database)).ToString());
        const string Objects = """
            SELECT string_agg(name, ';' ORDER BY name) FROM (
                SELECT proname::text || coalesce(proconfig::text, '') AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                UNION ALL SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
                UNION ALL SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal) AS objects
            """;
        Assert.Equal(await PythonDatabase.SqlAsync<string>(before, Objects), await PythonDatabase.SqlAsync<string>(database, Objects));
        await PythonDatabase.SqlAsync<object>(database, LogIn);
        await PythonDatabase.SqlAsync<object>(
            database, "DELETE FROM users WHERE email = 'a2@example.com'; INSERT INTO users (email, password_hash) VALUES ('new@example.com', 'x')");

        await PostgresCluster.MigrateAsync(database);

        Assert.Equal(
            9L,
            await PythonDatabase.SqlAsync<long>(
                database, "SELECT sum(accounts)::bigint FROM (SELECT accounts FROM account_totals UNION ALL SELECT accounts FROM account_changes) AS sums"));
        Assert.Equal(
            2L,
            await PythonDatabase.SqlAsync<long>(
                database, "SELECT sum(logins)::bigint FROM (SELECT logins FROM daily_totals UNION ALL SELECT logins FROM daily_changes) AS days"));
    }

    private static async Task ToAsync(string connectionString, string migration)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var db = new CortexDbContext(new DbContextOptionsBuilder<CortexDbContext>().UseNpgsql(source).Options);
        await db.GetService<IMigrator>().MigrateAsync(migration, TestContext.Current.CancellationToken);
    }
}
