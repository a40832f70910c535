using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Data.Owners;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data.Inspection;

/// <remarks>
/// The operator has changed an object of an earlier version. <c>migrate --check</c> reports it, and following its advice makes the migration succeed.
/// </remarks>
public sealed class EarlierVersionTests(PostgresCluster cluster)
{
    private const string Service = "c0f7e100-0000-4000-8000-000000000003";

    [Fact]
    public async Task A_function_that_another_role_owns_is_reported_with_its_remedy()
    {
        var database = await OwnedDatabase.ReleasedAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Superuser, "ALTER FUNCTION cortex_count_logins() OWNER TO CURRENT_USER");

        var line = await RefusedAsync(database);

        Assert.Contains("The function cortex_count_logins() is owned by the role ", line, StringComparison.Ordinal);
        var statement = line[line.IndexOf("ALTER FUNCTION", StringComparison.Ordinal)..].TrimEnd('.');
        await PythonDatabase.SqlAsync<object>(database.Superuser, statement);
        (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldExitWith(0);
    }

    [Fact]
    public async Task A_member_of_the_role_that_owns_a_function_can_migrate()
    {
        var database = await OwnedDatabase.ReleasedAsync(cluster);
        var group = $"{OwnedDatabase.RoleOf(database.Owner)}_group";
        await PythonDatabase.SqlAsync<object>(
            database.Superuser,
            $"CREATE ROLE {group}; GRANT CREATE ON SCHEMA public TO {group}; GRANT {group} TO {OwnedDatabase.RoleOf(database.Owner)}; "
            + $"ALTER FUNCTION cortex_count_logins() OWNER TO {group}");

        (await Cli.RunAsync(database.Owner, ["migrate", "--check"])).ShouldExitWith(0);
        (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldExitWith(0);
    }

    [Fact]
    public async Task A_role_that_has_the_fixed_ID_of_another_is_reported_by_that_ID()
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
        (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldExitWith(0);
        Assert.Equal("service", await PythonDatabase.SqlAsync<string>(database.Owner, $"SELECT name FROM roles WHERE id = '{Service}'"));
        Assert.Equal(1L, await PythonDatabase.SqlAsync<long>(
            database.Owner, "SELECT count(*) FROM user_roles JOIN roles ON roles.id = role_id WHERE name = 'robot'"));
    }

    /// <summary>Returns the one line that <c>migrate --check</c> and <c>migrate</c> print, and checks that the database is unchanged.</summary>
    private static async Task<string> RefusedAsync(OwnedDatabase database)
    {
        var before = await OldDatabase.StateAsync(database.Superuser);
        var check = (await Cli.RunAsync(database.Owner, ["migrate", "--check"])).ShouldExitWith(1);
        var run = (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldExitWith(1);
        Assert.Equal(before, await OldDatabase.StateAsync(database.Superuser));

        var line = Assert.Single(check.OutputLines(), text => text.StartsWith("refuse: ", StringComparison.Ordinal))["refuse: ".Length..].TrimEnd();
        Assert.EndsWith(line, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        return line;
    }
}
