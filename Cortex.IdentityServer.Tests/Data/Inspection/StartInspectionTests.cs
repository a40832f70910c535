using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Data.Owners;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Inspection;

/// <remarks>A server that couldn't serve any request refuses to start, even on a database that was migrated long ago.</remarks>
public sealed class StartInspectionTests(PostgresCluster cluster)
{
    [Theory]
    [InlineData("LATIN1")]
    [InlineData("WIN1251")]
    [InlineData("SQL_ASCII")]
    public async Task A_database_that_cannot_store_every_character_is_refused_whether_new_or_migrated(string encoding)
    {
        var database = await EncodedAsync(encoding);
        Assert.Contains(encoding, Assert.Single(await OldDatabase.RefusedAsync(database)), StringComparison.Ordinal);

        // This is the state that a version without this check left.
        var migrated = await cluster.CreateDatabaseAsync();
        var applied = await PythonDatabase.SqlAsync<string>(
            migrated, """SELECT string_agg(format('(%L, %L)', "MigrationId", "ProductVersion"), ', ') FROM "__EFMigrationsHistory" """);
        await PythonDatabase.SqlAsync<object>(database, $"""
            CREATE TABLE "__EFMigrationsHistory" ("MigrationId" varchar(150) PRIMARY KEY,
                "ProductVersion" varchar(32) NOT NULL); INSERT INTO "__EFMigrationsHistory" VALUES {applied}
            """);
        Assert.Contains(await OldDatabase.RefusedAsync(database), line => line.Contains($"has the encoding {encoding}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")]
    [InlineData("ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY mine ON users USING (email = current_user)")]
    [InlineData("ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY readers ON users FOR SELECT USING (true)")]
    [InlineData(
        "ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY everything ON users USING (true); CREATE POLICY but ON users "
            + "AS RESTRICTIVE USING (is_active)")]
    public async Task A_server_whose_role_sees_only_some_users_does_not_start(string sql)
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, sql);

        var line = Assert.Single(await OldDatabase.RefusedAsync(database.Owner));

        Assert.Contains("the table users from the role " + OwnedDatabase.RoleOf(database.Owner), line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ALTER TABLE users ENABLE ROW LEVEL SECURITY")]
    [InlineData("ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY everything ON users USING (true)")]
    public async Task Row_level_security_that_hides_nothing_from_the_server_is_accepted(string sql)
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, sql);

        await PostgresCluster.MigrateAsync(database.Owner);
    }

    [Fact]
    public async Task The_program_reports_it_in_one_line_and_exits()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var role = await database.AddRoleAsync(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app; ALTER TABLE sessions ENABLE ROW LEVEL SECURITY");

        var run = (await Cli.RunAsync(role, ["serve"], settings: ("PUBLIC_URL", "https://auth.example.com"))).ShouldExitWith(1);

        var line = Assert.Single(run.ErrorLines, line => line.Contains("Row-level security", StringComparison.Ordinal));
        Assert.Contains("the table sessions from the role " + OwnedDatabase.RoleOf(role), line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Privileges_that_the_role_lacks_are_reported()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var role = await database.AddRoleAsync("GRANT SELECT ON ALL TABLES IN SCHEMA public TO app; GRANT INSERT, UPDATE, DELETE ON users TO app");

        var line = Assert.Single(await OldDatabase.RefusedAsync(role));

        Assert.Contains("sessions (INSERT, UPDATE, DELETE), ", line, StringComparison.Ordinal);
        Assert.Contains("usage_logs (INSERT), ", line, StringComparison.Ordinal);
        Assert.Contains($"IN SCHEMA public TO {OwnedDatabase.RoleOf(role)}.", line, StringComparison.Ordinal);
        Assert.DoesNotContain(" users (", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_table_is_reported()
    {
        var database = await cluster.CreateDatabaseAsync();
        await PythonDatabase.SqlAsync<object>(database, "DROP TABLE passkey_challenges");

        Assert.Contains("The table passkey_challenges is missing", Assert.Single(await OldDatabase.RefusedAsync(database)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_table_of_the_schema_is_listed_as_the_servers_own()
    {
        var tables = await PythonDatabase.SqlAsync<string>(
            await cluster.CreateDatabaseAsync(),
            "SELECT string_agg(relname, ' ' ORDER BY relname COLLATE \"C\") FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', "
                + "'p') AND relname !~ '^(__EF|audit_events_[0-9])'");

        Assert.Equal(string.Join(' ', OwnTables.Documented.Concat(OwnTables.Private).Order(StringComparer.Ordinal)), tables);
    }

    private async Task<string> EncodedAsync(string encoding)
    {
        var builder = new NpgsqlConnectionStringBuilder(await cluster.CreateDatabaseAsync(migrated: false));
        var name = $"{builder.Database}_{encoding}".ToLowerInvariant();
        await PythonDatabase.SqlAsync<object>(
            builder.ConnectionString, $"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'");
        builder.Database = name;
        return builder.ConnectionString;
    }
}
