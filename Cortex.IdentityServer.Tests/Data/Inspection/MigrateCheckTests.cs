using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data.Inspection;

/// <remarks><c>migrate --check</c> reports what <c>migrate</c> would do, and changes nothing.</remarks>
public sealed class MigrateCheckTests(PostgresCluster cluster)
{
    private static readonly (string, string)[] Settings = [("PUBLIC_URL", "https://auth.example.com")];

    [Fact]
    public async Task The_check_lists_the_repairs_and_then_migrate_makes_them()
    {
        var database = await PythonDatabase.CreateAsync(
            cluster, PythonDatabase.Documented.Replace("timestamptz", "timestamp", StringComparison.Ordinal), PythonDatabase.Rows);
        var before = await OldDatabase.StateAsync(database);

        var check = (await Cli.RunAsync(database, ["migrate", "--check"], settings: Settings)).ShouldExitWith(0);

        Assert.Contains(
            "repair: The column users.created_at changes from timestamp without time zone to timestamptz; its values are read as UTC.", check.OutputLines());
        Assert.Contains(check.OutputLines(), line => line.StartsWith("migrate would apply", StringComparison.Ordinal));
        Assert.Equal(before, await OldDatabase.StateAsync(database));

        (await Cli.RunAsync(database, ["migrate"], settings: Settings)).ShouldExitWith(0);
        Assert.Contains(
            "Nothing to do", (await Cli.RunAsync(database, ["migrate", "--check"], settings: Settings)).ShouldExitWith(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_check_exits_with_1_if_migrate_would_refuse_and_both_report_every_reason()
    {
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, "CREATE TABLE passkeys (id int); CREATE TABLE sessions (id int)");
        var before = await OldDatabase.StateAsync(database);

        var check = (await Cli.RunAsync(database, ["migrate", "--check"], settings: Settings)).ShouldExitWith(1);
        var run = (await Cli.RunAsync(database, ["migrate"], settings: Settings)).ShouldExitWith(1);

        foreach (var table in new[] { "passkeys", "sessions" })
        {
            Assert.Single(
                check.OutputLines(),
                line => line.StartsWith("refuse: ", StringComparison.Ordinal) && line.Contains($"public.{table}", StringComparison.Ordinal));
            Assert.Single(run.ErrorLines, line => line.Contains($"public.{table}", StringComparison.Ordinal));
        }

        Assert.Equal(before, await OldDatabase.StateAsync(database));
    }
}
