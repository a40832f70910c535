using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Data.Owners;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Inspection;

/// <remarks>
/// Functions that run with the owner's rights use the schema of the tables, and only the owner can call them, whatever happened to the database.
/// </remarks>
public sealed class OwnerFunctionTests(PostgresCluster cluster)
{
    private const string NewUser = "INSERT INTO users (email, password_hash) VALUES ('plain@example.com', 'x')";

    private const string Serving = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app";

    /// <summary>Grants EXECUTE to PUBLIC, as after <c>pg_dump --no-privileges</c> and a restore.</summary>
    private const string Lend = "GRANT EXECUTE ON FUNCTION cortex_audit_partition, cortex_forget_person, cortex_keep_audit_events TO PUBLIC";

    private const string Callable = """
        SELECT coalesce(string_agg(proname, ' ' ORDER BY proname), '') FROM pg_proc
        WHERE prosecdef AND proname LIKE 'cortex\_%' AND has_function_privilege('public', oid, 'EXECUTE')
        """;

    [Fact]
    public async Task In_a_renamed_schema_a_role_that_owns_nothing_is_told_to_migrate_and_migrate_repairs_it()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var app = In("new home", await database.AddRoleAsync(Serving));
        var owner = In("new home", database.Owner);
        await PythonDatabase.SqlAsync<object>(database.Owner, "ALTER SCHEMA public RENAME TO \"new home\"");

        var line = Assert.Single(await OldDatabase.RefusedAsync(app));

        Assert.Contains("the schema \"new home\"", line, StringComparison.Ordinal);
        Assert.Contains("cortex_count_accounts, cortex_count_logins, ", line, StringComparison.Ordinal);
        Assert.EndsWith($"Run migrate as {OwnedDatabase.RoleOf(owner)}, who owns them, to correct that.", line, StringComparison.Ordinal);

        var check = (await Cli.RunAsync(owner, ["migrate", "--check"])).ShouldExitWith(0);
        Assert.StartsWith(
            "repair: The search_path of these functions becomes \"new home\", the schema of the server's tables", check.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing to do", check.Output, StringComparison.Ordinal);
        Assert.Single(await OldDatabase.RefusedAsync(app));

        Assert.Contains("Corrected: ", (await Cli.RunAsync(owner, ["migrate"])).ShouldExitWith(0).Errors, StringComparison.Ordinal);

        Assert.Empty((await Cli.RunAsync(app, ["rotate-keys"])).ShouldExitWith(0).ErrorLines);
        await PythonDatabase.SqlAsync<object>(app, NewUser);
        Assert.Equal(1L, await PythonDatabase.SqlAsync<long>(app, "SELECT sum(accounts)::bigint FROM account_changes"));
        Assert.Empty((await Cli.RunAsync(owner, ["migrate"])).ShouldExitWith(0).ErrorLines);
    }

    [Fact]
    public async Task A_server_that_owns_its_renamed_schema_repairs_it_at_its_start()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var owner = In("identity", database.Owner);
        await PythonDatabase.SqlAsync<object>(database.Owner, "ALTER SCHEMA public RENAME TO identity");
        await Assert.ThrowsAsync<PostgresException>(() => PythonDatabase.SqlAsync<object>(owner, NewUser));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostgresCluster.MigrateAsync(owner)));

        await PythonDatabase.SqlAsync<object>(owner, NewUser + "; SELECT cortex_keep_audit_events(now() + interval '1 year', '-infinity')");
        Assert.Equal("identity", await PythonDatabase.SqlAsync<string>(
            owner, "SELECT string_agg(DISTINCT relnamespace::regnamespace::text, ' ') FROM pg_class WHERE relname LIKE 'audit\\_events\\_%'"));
    }

    [Fact]
    public async Task Functions_that_PUBLIC_can_call_are_reported_at_each_start_until_migrate_revokes_that()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var app = await database.AddRoleAsync(Serving + "; GRANT EXECUTE ON FUNCTION cortex_keep_audit_events, cortex_count_logins TO app");
        await PythonDatabase.SqlAsync<object>(database.Owner, Lend);

        var run = (await Cli.RunAsync(app, ["rotate-keys"])).ShouldExitWith(0);

        var line = Assert.Single(run.ErrorLines);
        Assert.Contains("cortex_audit_partition, cortex_count_logins, cortex_forget_person, cortex_keep_audit_events. ", line, StringComparison.Ordinal);
        Assert.Contains($"Run migrate as {OwnedDatabase.RoleOf(database.Owner)}", line, StringComparison.Ordinal);

        (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldExitWith(0);

        Assert.Equal("", await PythonDatabase.SqlAsync<string>(database.Owner, Callable));
        Assert.Empty((await Cli.RunAsync(app, ["rotate-keys"])).ShouldExitWith(0).ErrorLines);

        // The serving role keeps the privilege that docs/databases.md grants.
        Assert.True(await PythonDatabase.SqlAsync<bool>(app, "SELECT has_function_privilege('cortex_keep_audit_events(timestamptz, timestamptz)', 'EXECUTE')"));
        Assert.False(await PythonDatabase.SqlAsync<bool>(app, "SELECT has_function_privilege('cortex_count_logins()', 'EXECUTE')"));
    }

    private static string In(string schema, string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = $"\"{schema}\"" }.ConnectionString;
}
