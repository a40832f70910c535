using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Data.Owners;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Inspection;

/// <remarks>The functions that run as the owner look where the tables are, and nobody else may call them, whatever became of the database.</remarks>
public sealed class OwnerFunctionTests(PostgresCluster cluster)
{
    private const string NewUser = "INSERT INTO users (email, password_hash) VALUES ('plain@example.com', 'x')";

    private const string Serving = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app";

    /// <summary>As <c>pg_dump --no-privileges</c> and a restore leave them.</summary>
    private const string Lend = "GRANT EXECUTE ON FUNCTION cortex_audit_partition, cortex_forget_person, cortex_keep_audit_events TO PUBLIC";

    private const string Callable = """
        SELECT coalesce(string_agg(proname, ' ' ORDER BY proname), '') FROM pg_proc
        WHERE prosecdef AND proname LIKE 'cortex\_%' AND has_function_privilege('public', oid, 'EXECUTE')
        """;

    [Fact]
    public async Task In_a_renamed_schema_a_role_that_owns_nothing_hears_what_to_do_and_migrate_does_it()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var app = In("new home", await database.AddRoleAsync(Serving));
        var owner = In("new home", database.Owner);
        await PythonDatabase.SqlAsync<object>(database.Owner, "ALTER SCHEMA public RENAME TO \"new home\"");

        var line = Assert.Single(await OldDatabase.RefusedAsync(app));

        Assert.Contains("the schema \"new home\"", line, StringComparison.Ordinal);
        Assert.Contains("cortex_count_accounts, cortex_count_logins, ", line, StringComparison.Ordinal);
        Assert.EndsWith($"Run migrate as {OwnedDatabase.RoleOf(owner)}, who owns them; it corrects that.", line, StringComparison.Ordinal);

        var check = (await Cli.RunAsync(owner, ["migrate", "--check"])).ShouldEndWith(0);
        Assert.StartsWith("repair: These functions look for the server's tables in the schema \"new home\"", check.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing to do", check.Output, StringComparison.Ordinal);
        Assert.Single(await OldDatabase.RefusedAsync(app));

        Assert.Contains("Corrected: ", (await Cli.RunAsync(owner, ["migrate"])).ShouldEndWith(0).Errors, StringComparison.Ordinal);

        Assert.Empty((await Cli.RunAsync(app, ["rotate-keys"])).ShouldEndWith(0).ErrorLines);
        await PythonDatabase.SqlAsync<object>(app, NewUser);
        Assert.Equal(1L, await PythonDatabase.SqlAsync<long>(app, "SELECT sum(accounts)::bigint FROM account_changes"));
        Assert.Empty((await Cli.RunAsync(owner, ["migrate"])).ShouldEndWith(0).ErrorLines);
    }

    [Fact]
    public async Task A_server_that_owns_its_renamed_schema_corrects_it_at_its_start()
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
    public async Task Functions_that_everybody_may_call_are_named_at_each_start_until_migrate_takes_that_right_away()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var app = await database.AddRoleAsync(Serving + "; GRANT EXECUTE ON FUNCTION cortex_keep_audit_events, cortex_count_logins TO app");
        await PythonDatabase.SqlAsync<object>(database.Owner, Lend);

        var run = (await Cli.RunAsync(app, ["rotate-keys"])).ShouldEndWith(0);

        var line = Assert.Single(run.ErrorLines);
        Assert.Contains("cortex_audit_partition, cortex_count_logins, cortex_forget_person, cortex_keep_audit_events. ", line, StringComparison.Ordinal);
        Assert.Contains($"Run migrate as {OwnedDatabase.RoleOf(database.Owner)}", line, StringComparison.Ordinal);

        (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldEndWith(0);

        Assert.Equal("", await PythonDatabase.SqlAsync<string>(database.Owner, Callable));
        Assert.Empty((await Cli.RunAsync(app, ["rotate-keys"])).ShouldEndWith(0).ErrorLines);

        // The right that docs/databases.md gives to the role that serves stays.
        Assert.True(await PythonDatabase.SqlAsync<bool>(app, "SELECT has_function_privilege('cortex_keep_audit_events(timestamptz, timestamptz)', 'EXECUTE')"));
        Assert.False(await PythonDatabase.SqlAsync<bool>(app, "SELECT has_function_privilege('cortex_count_logins()', 'EXECUTE')"));
    }

    private static string In(string schema, string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = $"\"{schema}\"" }.ConnectionString;
}
