using System.Net;
using Cortex.IdentityServer.Tests.Data;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <remarks>The command has to work before there is any administrator.</remarks>
public sealed class CreateAdminTests(PostgresCluster cluster)
{
    private const string Ada = "Ada@example.com";
    private const string Password = "pässword of the first administrator";

    private static readonly string[] Create = ["create-admin", "--email", Ada];

    [Fact]
    public async Task The_first_administrator_is_created_in_an_empty_database_and_the_password_is_never_printed()
    {
        var database = await cluster.CreateDatabaseAsync(migrated: false);

        var run = (await Cli.RunAsync(database, Create, $"{Password}\r\nand a line that is ignored\n")).ShouldExitWith(0);

        Assert.Empty(run.Output);
        Assert.DoesNotContain("pässword", run.Errors, StringComparison.Ordinal);
        Assert.Contains("two-factor", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        await using var server = await Replica.StartAsync(database);
        Assert.Equal(["admin"], await RolesAsync(server, Password));
        Assert.True(await PythonDatabase.SqlAsync<bool>(database, "SELECT is_active AND is_verified AND password_hash LIKE '$2b$10$%' FROM users"));
        Assert.Equal(
            """user.created success command line true {"after": {"roles": ["admin"]}, "before": {"roles": []}}""",
            await PythonDatabase.SqlAsync<string>(
                database,
                "SELECT concat_ws(' ', action, outcome, user_agent, CASE WHEN actor_id IS NULL THEN 'true' END, details) FROM audit_events WHERE user_id = "
                    + "(SELECT id FROM users)"
                + " AND action NOT LIKE 'login%'"));
    }

    [Fact]
    public async Task Without_a_password_one_is_generated_and_is_all_that_standard_output_contains()
    {
        var database = await cluster.CreateDatabaseAsync();
        await using var server = await Replica.StartAsync(database);

        var run = (await Cli.RunAsync(database, Create)).ShouldExitWith(0);

        var password = Assert.Single(run.OutputLines());
        Assert.True(password.Length >= 24);
        Assert.DoesNotContain(password, run.Errors, StringComparison.Ordinal);
        Assert.Equal(["admin"], await RolesAsync(server, password));
    }

    [Fact]
    public async Task A_refusal_is_one_line_and_changes_nothing()
    {
        var database = await cluster.CreateDatabaseAsync();
        (await Cli.RunAsync(database, Create, Password)).ShouldExitWith(0);
        var before = await StateAsync(database);
        foreach (var (email, password, reason) in new[]
        {
            ("ADA@EXAMPLE.COM", Password, "An account with this address already exists"),

            // echo "$PASSWORD" prints this if the variable is unset. The operator would not expect a generated password.
            ("bob@example.com", "\n", "at least 8 characters"),
            ("bob@example.com", "password1234", "common"),
            ("bob", Password, "one @"),
            ("", Password, "required"),
        })
        {
            var run = (await Cli.RunAsync(database, ["create-admin", "--email", email], password)).ShouldExitWith(1);

            Assert.Contains(reason, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
            Assert.Empty(run.Output);
        }

        Assert.Equal(before, await StateAsync(database));
    }

    [Fact]
    public async Task An_existing_account_is_promoted_once_and_keeps_its_password()
    {
        var database = await cluster.CreateDatabaseAsync();
        await using var server = await Replica.StartAsync(database);
        await (await server.RegisterAsync(Ada)).ShouldBeAsync(HttpStatusCode.Created);
        Assert.Empty(await RolesAsync(server, Replica.Password));

        var first = (await Cli.RunAsync(database, ["create-admin", "--email", Ada, "--promote"], Password)).ShouldExitWith(0);
        var again = (await Cli.RunAsync(database, ["create-admin", "--email", "ada@example.com", "--promote"], Password)).ShouldExitWith(0);

        Assert.Contains("two-factor", first.Errors, StringComparison.Ordinal);
        Assert.Contains("never verified", first.Errors, StringComparison.Ordinal);
        Assert.Contains("nothing was changed", again.Errors, StringComparison.Ordinal);
        Assert.Empty(first.Output + again.Output);
        Assert.Equal(["admin"], await RolesAsync(server, Replica.Password));
        Assert.Equal(
            """{"after": {"roles": ["admin"]}, "before": {"roles": []}}""",
            await PythonDatabase.SqlAsync<string>(
                database, "SELECT string_agg(details::text, '; ') FROM audit_events WHERE action = 'user.updated' AND actor_id IS NULL"));
    }

    [Fact]
    public async Task Of_several_concurrent_runs_one_wins()
    {
        var database = await cluster.CreateDatabaseAsync(migrated: false);

        var runs = await Concurrently.RunAsync(4, _ => Cli.RunAsync(database, Create, Password));

        Assert.Equal([0, 1, 1, 1], runs.Select(run => run.ExitCode).Order());
        Assert.All(runs.Where(run => run.ExitCode == 1), run => Assert.Contains("already", Assert.Single(run.ErrorLines), StringComparison.Ordinal));
        Assert.Equal(1L, await PythonDatabase.SqlAsync<long>(database, "SELECT count(*) FROM users JOIN user_roles ON user_id = users.id"));
    }

    [Fact]
    public async Task An_unreachable_database_is_one_error_line_without_its_password()
    {
        var run = (await Cli.RunAsync("postgresql://cortex:hunter2-hunter2@127.0.0.1:1/cortex", Create, Password)).ShouldExitWith(1);

        Assert.Contains("POSTGRES_URL", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Errors, StringComparison.Ordinal);
    }

    private static async Task<string[]> RolesAsync(Replica server, string password)
    {
        var answer = await server.PostAsync("login", new { email = Ada, password });
        var tokens = Tokens.Of(await answer.JsonAsync(HttpStatusCode.OK));
        return [.. Jwt.Read(tokens.AccessToken).Payload["roles"]!.AsArray().Select(role => role!.GetValue<string>())];
    }

    private static Task<string> StateAsync(string database) => PythonDatabase.SqlAsync<string>(
        database, "SELECT (SELECT string_agg(users::text, ' ') FROM users) || (SELECT count(*) FROM audit_events) || (SELECT count(*) FROM user_roles)");
}
