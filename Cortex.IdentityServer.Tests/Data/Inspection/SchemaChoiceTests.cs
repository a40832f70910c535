using System.Net;
using Cortex.IdentityServer.Tests.Data.Owners;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data.Inspection;

/// <summary>A server whose role has a schema of the same name, while the Python server's tables are in <c>public</c>.</summary>
public sealed class SchemaNamedLikeRoleApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override async Task<string> CreateDatabaseAsync(PostgresCluster cluster)
    {
        var database = await OwnedDatabase.CreateAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, PythonDatabase.Documented + PythonDatabase.Rows);
        await PythonDatabase.SqlAsync<object>(database.Owner, $"CREATE SCHEMA {OwnedDatabase.RoleOf(database.Owner)}");
        await PostgresCluster.MigrateAsync(database.Owner);
        return database.Owner;
    }
}

/// <remarks>The server uses the accounts in the table that <c>users</c> resolves to, and never creates a second one.</remarks>
public sealed class SchemaChoiceTests(PostgresCluster cluster, SchemaNamedLikeRoleApp app) : IClassFixture<SchemaNamedLikeRoleApp>
{
    [Fact]
    public async Task The_tables_that_users_resolves_to_are_adopted_and_all_others_are_created_in_their_schema()
    {
        await (await app.Anonymous().PostAsync("/api/v1/auth/login", new { email = "a2@example.com", password = PythonDatabase.Password }))
            .ShouldBeAsync(HttpStatusCode.OK);
        await app.SignUpAsync();
        Assert.Equal(
            "public",
            await app.SqlAsync(
                "SELECT string_agg(DISTINCT relnamespace::regnamespace::text, ' ') FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p') AND "
                    + "relnamespace <> 'pg_toast'::regnamespace"));
    }

    [Fact]
    public async Task Users_in_a_schema_outside_the_search_path_are_not_ignored()
    {
        var database = await OwnedDatabase.CreateAsync(cluster);
        await PythonDatabase.SqlAsync<object>(
            database.Owner, $"CREATE SCHEMA accounts; SET search_path = accounts; {PythonDatabase.Documented} {PythonDatabase.Rows}");

        Assert.Contains("SET search_path = accounts", Assert.Single(await OldDatabase.RefusedAsync(database.Owner)), StringComparison.Ordinal);

        await PythonDatabase.SqlAsync<object>(database.Owner, $"ALTER ROLE {OwnedDatabase.RoleOf(database.Owner)} SET search_path = accounts");
        Npgsql.NpgsqlConnection.ClearAllPools();
        await PostgresCluster.MigrateAsync(database.Owner);
        Assert.Equal(9L, await PythonDatabase.SqlAsync<long>(database.Superuser, "SELECT count(security_stamp) FROM accounts.users"));
        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(database.Superuser, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"));
    }

    [Fact]
    public async Task Of_two_tables_of_users_the_one_in_use_is_reported()
    {
        var database = await OwnedDatabase.CreateAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, $"{PythonDatabase.Documented} CREATE SCHEMA other; CREATE TABLE other.users (LIKE users)");

        var report = (await OldDatabase.PlanAsync(database.Owner)).Report;

        Assert.Empty(report.Refusals);
        Assert.Contains(
            "uses the table users in the schema public and ignores the one in the schema other", Assert.Single(report.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_users_table_that_hides_the_servers_own_prevents_the_start()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var role = OwnedDatabase.RoleOf(database.Owner);
        await PythonDatabase.SqlAsync<object>(database.Owner, $"CREATE SCHEMA {role}; CREATE TABLE {role}.users (LIKE public.users)");

        Assert.Contains("The name users resolves to a schema other", Assert.Single(await OldDatabase.RefusedAsync(database.Owner)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_cannot_create_tables_or_does_not_own_the_old_ones_is_told_so()
    {
        var database = await OwnedDatabase.CreateAsync(cluster);
        var role = await database.AddRoleAsync("GRANT CONNECT ON DATABASE " + OwnedDatabase.NameOf(database.Owner) + " TO app");

        Assert.Contains("may not create tables in the schema public", Assert.Single(await OldDatabase.RefusedAsync(role)), StringComparison.Ordinal);

        await PythonDatabase.SqlAsync<object>(
            database.Owner,
            $"{PythonDatabase.Documented} GRANT CREATE ON SCHEMA public TO {OwnedDatabase.RoleOf(role)}; GRANT ALL ON ALL TABLES IN SCHEMA public TO "
                + $"{OwnedDatabase.RoleOf(role)}");
        var lines = await OldDatabase.RefusedAsync(role);
        Assert.Contains(lines, line => line.Contains($"The table users is owned by the role {OwnedDatabase.RoleOf(database.Owner)}", StringComparison.Ordinal));
    }
}
