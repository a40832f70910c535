using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Data.Owners;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data.Inspection;

/// <remarks>Somebody changed what the version before made. <c>migrate --check</c> says so, and whoever does what it says can migrate.</remarks>
public sealed class EarlierVersionTests(PostgresCluster cluster)
{
    private const string Service = "c0f7e100-0000-4000-8000-000000000003";

    [Fact]
    public async Task A_function_that_another_role_owns_is_named_with_what_to_run()
    {
        var database = await OwnedDatabase.ReleasedAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Superuser, "ALTER FUNCTION cortex_count_logins() OWNER TO CURRENT_USER");

        var line = await RefusedAsync(database);

        Assert.Contains("The function cortex_count_logins() is owned by the role ", line, StringComparison.Ordinal);
        var statement = line[line.IndexOf("ALTER FUNCTION", StringComparison.Ordinal)..].TrimEnd('.');
        await PythonDatabase.SqlAsync<object>(database.Superuser, statement);
        (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldEndWith(0);
    }

    [Fact]
    public async Task A_member_of_the_role_that_owns_a_function_migrates()
    {
        var database = await OwnedDatabase.ReleasedAsync(cluster);
        var group = $"{OwnedDatabase.RoleOf(database.Owner)}_group";
        await PythonDatabase.SqlAsync<object>(
            database.Superuser,
            $"CREATE ROLE {group}; GRANT CREATE ON SCHEMA public TO {group}; GRANT {group} TO {OwnedDatabase.RoleOf(database.Owner)}; "
            + $"ALTER FUNCTION cortex_count_logins() OWNER TO {group}");

        (await Cli.RunAsync(database.Owner, ["migrate", "--check"])).ShouldEndWith(0);
        (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldEndWith(0);
    }

    [Fact]
    public async Task A_role_with_an_id_that_is_another_ones_in_every_database_is_named_by_that_id()
    {
        var database = await OwnedDatabase.ReleasedAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, $"""
            INSERT INTO roles (id, name, normalized_name) VALUES ('{Service}', 'robot', 'robot');
            INSERT INTO user_roles SELECT id, '{Service}' FROM users WHERE email = 'user@example.com'
            """);

        var line = await RefusedAsync(database);

        Assert.Contains($"The row of roles with the id {Service} isn't the role service", line, StringComparison.Ordinal);
        await PythonDatabase.SqlAsync<object>(database.Owner, """
            INSERT INTO roles (id, name, normalized_name) VALUES ('00000000-0000-4000-8000-0000000000b1', 'robot', 'robot2');
            """ + $"UPDATE user_roles SET role_id = '00000000-0000-4000-8000-0000000000b1' WHERE role_id = '{Service}';"
            + line[line.IndexOf("DELETE FROM", StringComparison.Ordinal)..].TrimEnd('.'));
        (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldEndWith(0);
        Assert.Equal("service", await PythonDatabase.SqlAsync<string>(database.Owner, $"SELECT name FROM roles WHERE id = '{Service}'"));
        Assert.Equal(1L, await PythonDatabase.SqlAsync<long>(
            database.Owner, "SELECT count(*) FROM user_roles JOIN roles ON roles.id = role_id WHERE name = 'robot'"));
    }

    /// <summary>The one line that <c>migrate --check</c> and <c>migrate</c> say, after which the database is what it was.</summary>
    private static async Task<string> RefusedAsync(OwnedDatabase database)
    {
        var before = await OldDatabase.StateAsync(database.Superuser);
        var check = (await Cli.RunAsync(database.Owner, ["migrate", "--check"])).ShouldEndWith(1);
        var run = (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldEndWith(1);
        Assert.Equal(before, await OldDatabase.StateAsync(database.Superuser));

        var line = Assert.Single(check.OutputLines(), text => text.StartsWith("refuse: ", StringComparison.Ordinal))["refuse: ".Length..].TrimEnd();
        Assert.EndsWith(line, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        return line;
    }
}
