using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Tests.Contract;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Inspection;

/// <remarks>The migration repairs whatever it can without data loss, and the tables then match the documentation.</remarks>
public sealed class RepairedDatabaseTests(PostgresCluster cluster)
{
    private const string BeforeInspections = "20261126213552_Administration";

    private static readonly string Naive = PythonDatabase.Documented.Replace("timestamptz", "timestamp", StringComparison.Ordinal);

    private static readonly string Unguarded = PythonDatabase.Documented
        .Replace("ON DELETE CASCADE", "", StringComparison.Ordinal).Replace("ON DELETE SET NULL", "", StringComparison.Ordinal);

    /// <summary>Differences of old tables, as statements that change the documented ones.</summary>
    public static TheoryData<string, string> Differences => new()
    {
        {
            "ALTER TABLE api_keys DROP CONSTRAINT api_keys_user_id_fkey; ALTER TABLE usage_logs DROP CONSTRAINT usage_logs_api_key_id_fkey",
            "missing foreign key of usage_logs.api_key_id"
        },
        { "ALTER TABLE usage_logs DROP CONSTRAINT usage_logs_user_id_fkey, ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID", "usage_logs.user_id" },
        { "ALTER TABLE usage_logs ADD CONSTRAINT second FOREIGN KEY (user_id) REFERENCES users", "A second foreign key of usage_logs.user_id" },
        {
            "ALTER TABLE billing_events DROP CONSTRAINT billing_events_user_id_fkey, ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE SET NULL",
            "billing_events.user_id gets ON DELETE CASCADE"
        },
        {
            "ALTER TABLE users DROP CONSTRAINT users_email_key, DROP CONSTRAINT users_api_key_key; ALTER TABLE api_keys DROP CONSTRAINT api_keys_key_hash_key",
            "users.email becomes unique"
        },
        {
            "ALTER TABLE usage_logs DROP CONSTRAINT usage_logs_pkey; ALTER TABLE billing_events DROP CONSTRAINT billing_events_pkey",
            "usage_logs gets PRIMARY KEY (id)"
        },
        {
            "ALTER TABLE users ALTER email DROP NOT NULL; ALTER TABLE api_keys ALTER user_id DROP NOT NULL, ALTER key_hash DROP NOT NULL",
            "users.email becomes NOT NULL"
        },
        {
            "ALTER TABLE users ALTER email TYPE varchar(100), ALTER subscription_tier TYPE varchar(20), ALTER two_factor_secret TYPE varchar(64)",
            "users.two_factor_secret changes from character varying(64) to varchar(255)"
        },
        {
            "ALTER TABLE api_keys ALTER key_hash TYPE char(64); ALTER TABLE usage_logs ALTER provider TYPE char(30)",
            "api_keys.key_hash changes from character(64) to varchar(255)"
        },
        {
            "ALTER TABLE usage_logs ALTER status_code TYPE smallint, ALTER error_message TYPE varchar(200), ALTER cost_usd TYPE numeric(8,6)",
            "usage_logs.cost_usd changes from numeric(8,6) to numeric(10,6)"
        },
        {
            "ALTER TABLE usage_logs ALTER provider SET DEFAULT 'x', ALTER provider TYPE varchar(10); ALTER TABLE billing_events ALTER processed DROP DEFAULT",
            "usage_logs.provider changes from character varying(10) to varchar(50)"
        },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public async Task Tables_with_small_differences_become_as_documented_and_keep_their_rows(string sql, string expected)
    {
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, PythonDatabase.Rows, sql);
        var rows = await PythonDatabase.DumpAsync(database);
        var plan = await OldDatabase.PlanAsync(database);
        Assert.Empty(plan.Report.Refusals);
        Assert.Contains(plan.Report.Repaired, repair => repair.Contains(expected, StringComparison.Ordinal));

        await ShouldBecomeAsDocumentedAsync(database);

        Assert.Equal(Unpadded(rows), Unpadded(await PythonDatabase.DumpAsync(database)));

        // char(n) includes its padding, and numeric its trailing zeros.
        static string Unpadded(string dump) => dump.Replace(" ", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UTC")]
    [InlineData("America/New_York")]
    public async Task Times_without_a_zone_are_read_as_UTC_whatever_the_time_zone_of_the_database(string zone)
    {
        var database = await PythonDatabase.CreateAsync(cluster, Naive, PythonDatabase.Rows, "CREATE INDEX by_time ON usage_logs (created_at)");
        await PythonDatabase.SqlAsync<object>(database, $"ALTER DATABASE {new NpgsqlConnectionStringBuilder(database).Database} SET timezone = '{zone}'");
        NpgsqlConnection.ClearPool(new NpgsqlConnection(database));

        await PostgresCluster.MigrateAsync(database);

        await PythonDatabase.SqlAsync<object>(database, "DROP INDEX by_time");
        await ShouldBeAsDocumentedAsync(database);
        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(database, """
            SELECT count(*) FROM users WHERE date_trunc('second', created_at) <> '2024-01-02 03:04:05+00'
                OR date_trunc('second', updated_at) <> '2024-02-03 04:05:06+00'
            """));
        Assert.True(await PythonDatabase.SqlAsync<bool>(database, "SELECT last_used_at = '2024-01-03 03:04:05+00' FROM api_keys WHERE name = 'old'"));
    }

    [Fact]
    public async Task Foreign_keys_that_prevented_the_deletion_of_accounts_no_longer_do()
    {
        var database = await PythonDatabase.CreateAsync(cluster, Unguarded, PythonDatabase.Rows);

        await ShouldBecomeAsDocumentedAsync(database);

        await PythonDatabase.SqlAsync<object>(database, "DELETE FROM api_keys WHERE name = 'ci'; DELETE FROM users");
        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(database, "SELECT (SELECT count(*) FROM usage_logs) + (SELECT count(*) FROM billing_events)"));
    }

    /// <remarks>The previous version accepted such tables as they were, and created indexes on them.</remarks>
    [Fact]
    public async Task A_database_that_an_earlier_version_adopted_is_repaired_too()
    {
        var database = await PythonDatabase.CreateAsync(
            cluster, Naive.Replace("ON DELETE CASCADE", "", StringComparison.Ordinal).Replace("ON DELETE SET NULL", "", StringComparison.Ordinal),
            PythonDatabase.Rows);
        await using (var source = NpgsqlDataSource.Create(database))
        await using (var db = new CortexDbContext(new DbContextOptionsBuilder<CortexDbContext>().UseNpgsql(source).Options))
        {
            await db.GetService<IMigrator>().MigrateAsync(BeforeInspections, TestContext.Current.CancellationToken);
        }

        await ShouldBecomeAsDocumentedAsync(database);
    }

    [Fact]
    public async Task Types_of_the_same_capacity_stay_unchanged()
    {
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, PythonDatabase.Rows, """
            ALTER TABLE users ALTER email TYPE text, ALTER password_hash TYPE varchar(300), ALTER created_at TYPE timestamptz(3);
            ALTER TABLE usage_logs ALTER cost_usd TYPE numeric, ALTER endpoint TYPE text;
            CREATE VIEW people AS SELECT id, email, created_at FROM users
            """);
        Assert.Empty((await OldDatabase.PlanAsync(database)).Report.Repaired);

        await PostgresCluster.MigrateAsync(database);

        Assert.Equal(9L, await PythonDatabase.SqlAsync<long>(database, "SELECT count(*) FROM people"));
    }

    [Fact]
    public async Task Existing_columns_with_documented_names_are_adopted()
    {
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, PythonDatabase.Rows, """
            ALTER TABLE api_keys ADD prefix varchar(8), ADD scopes varchar(40)[], ADD expires_at timestamp;
            UPDATE api_keys SET prefix = 'cm_live_', scopes = '{memory:read}', expires_at = '2030-01-01' WHERE name = 'ci'
            """);

        await PostgresCluster.MigrateAsync(database);

        Assert.Equal("character varying(16) text[] timestamp with time zone", await PythonDatabase.SqlAsync<string>(database, """
            SELECT string_agg(format_type(atttypid, atttypmod), ' ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = 'api_keys'::regclass AND attname IN ('prefix', 'scopes', 'expires_at')
            """));
        Assert.Equal(
            2L,
            await PythonDatabase.SqlAsync<long>(
                database, "SELECT count(*) FROM api_keys WHERE scopes = CASE name WHEN 'ci' THEN '{memory:read}' ELSE '{}' END::text[]"));
        Assert.True(await PythonDatabase.SqlAsync<bool>(database, "SELECT expires_at = '2030-01-01 00:00+00' FROM api_keys WHERE name = 'ci'"));
    }

    [Fact]
    public async Task Usage_that_is_partitioned_by_ID_is_adopted()
    {
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, """
            DROP TABLE usage_logs;
            CREATE TABLE usage_logs (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users, api_key_id uuid REFERENCES api_keys,
                endpoint varchar(255) NOT NULL,
                tokens_used integer, cost_usd numeric(10,6), provider varchar(50), response_time_ms integer, status_code integer, error_message text,
                    created_at timestamp)
                PARTITION BY RANGE (id);
            CREATE TABLE usage_logs_all PARTITION OF usage_logs DEFAULT
            """, PythonDatabase.Rows);

        await PostgresCluster.MigrateAsync(database);

        await PythonDatabase.SqlAsync<object>(database, "DELETE FROM users WHERE email = 'y2@example.com'");
        Assert.Equal(1L, await PythonDatabase.SqlAsync<long>(database, "SELECT count(*) FROM usage_logs WHERE created_at = '2024-01-02 03:04:05+00'"));
    }

    [Fact]
    public async Task Accounts_without_a_password_are_kept_and_other_programs_can_create_more()
    {
        var database = await PythonDatabase.CreateAsync(
            cluster, PythonDatabase.Documented,
            "ALTER TABLE users ALTER password_hash DROP NOT NULL; INSERT INTO users (email) VALUES ('single-sign-on@example.com')");

        await PostgresCluster.MigrateAsync(database);

        await PythonDatabase.SqlAsync<object>(database, "INSERT INTO users (email) VALUES ('another@example.com')");
    }

    [Fact]
    public async Task Objects_that_may_cause_failures_later_are_warnings()
    {
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, """
            CREATE TABLE orders (user_id uuid REFERENCES users);
            CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER watch BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION watch();
            ALTER TABLE users ADD display_name text NOT NULL DEFAULT '', ADD tenant int CHECK (tenant > 0);
            ALTER TABLE users ADD CONSTRAINT addresses CHECK (email LIKE '%@%'), ADD CONSTRAINT handles UNIQUE (tenant)
            """);

        var report = (await OldDatabase.PlanAsync(database)).Report;

        Assert.Empty(report.Refusals);
        Assert.Contains(report.Warnings, warning => warning.Contains("The table orders references users without ON DELETE", StringComparison.Ordinal));
        Assert.Contains(report.Warnings, warning => warning.Contains("The trigger watch of the table users", StringComparison.Ordinal));
        Assert.Equal(2, report.Warnings.Count);
        await PostgresCluster.MigrateAsync(database);
    }

    private async Task ShouldBecomeAsDocumentedAsync(string database)
    {
        await PostgresCluster.MigrateAsync(database);
        await ShouldBeAsDocumentedAsync(database);
    }

    private async Task ShouldBeAsDocumentedAsync(string database) =>
        Assert.Equal((await Schema.ReadAsync(await cluster.CreateDatabaseAsync())).ToString(), (await Schema.ReadAsync(database)).ToString());
}
