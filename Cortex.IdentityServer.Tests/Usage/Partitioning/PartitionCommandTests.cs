using Cortex.IdentityServer.Features.Usage.Partitioning;
using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Data.Owners;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage.Sums;

namespace Cortex.IdentityServer.Tests.Usage.Partitioning;

/// <summary>The command <c>usage partition</c>, as an operator runs it.</summary>
public sealed class PartitionCommandTests(PostgresCluster cluster)
{
    private const string Leftovers = "SELECT count(*) FROM pg_class WHERE relname LIKE 'usage\\_logs\\_copy%' OR relname LIKE 'usage\\_logs\\_replaced%'";

    private static readonly string[] Command = ["usage", "partition"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <remarks>The role is a plain owner, and other roles have rights on the table and on a column.</remarks>
    [Fact]
    public async Task Programs_see_the_same_table_with_the_same_rows_and_a_second_run_does_nothing()
    {
        var owned = await OwnedDatabase.MigratedAsync(cluster);
        await using var database = new UsageDatabase(owned.Owner);
        await owned.AddServingRoleAsync();
        var user = await database.AddUserAsync();
        await database.WriteUsageAsync(user, await database.AddKeyAsync(user), rows: 30_000);
        await database.RunAsync(
            """"
            COMMENT ON TABLE usage_logs IS 'the ''ledger''';
            COMMENT ON COLUMN usage_logs.cost_usd IS 'dollars';
            COMMENT ON CONSTRAINT usage_logs_pkey ON usage_logs IS 'key';
            COMMENT ON CONSTRAINT usage_logs_user_id_fkey ON usage_logs IS 'whose';
            ALTER TABLE usage_logs ADD COLUMN region text DEFAULT 'eu' CHECK (region <> ''), SET (autovacuum_vacuum_scale_factor = 0.05);
            CREATE INDEX "odd ""name""" ON usage_logs (region, lower(endpoint)) WHERE region = 'us';
            COMMENT ON INDEX "odd ""name""" IS 'by region';
            GRANT SELECT (endpoint), UPDATE (region) ON usage_logs TO PUBLIC;
            """");
        await database.FoldAsync();
        var (definition, content) = (await database.ReadAsync<string>(PartitionSteps.Definition), await database.ReadAsync<string>(PartitionSteps.Content));

        var run = (await Cli.RunAsync(owned.Owner, Command)).ShouldExitWith(0);

        Assert.Empty(run.ErrorLines);
        Assert.EndsWith("partitions now; 30,000 rows were copied.", run.OutputLines()[^1], StringComparison.Ordinal);
        Assert.Equal(definition, await database.ReadAsync<string>(PartitionSteps.Definition));
        Assert.Equal(content, await database.ReadAsync<string>(PartitionSteps.Content));
        Assert.True(await database.ReadAsync<bool>(PartitionSteps.IsPartitioned));
        Assert.Equal(0L, await database.ReadAsync<long>(Leftovers));
        Assert.True(await database.ReadAsync<bool>(
            "SELECT bool_and(reloptions::text LIKE '%0.05%') FROM pg_class JOIN pg_inherits ON inhrelid = pg_class.oid "
                + "WHERE inhparent = 'usage_logs'::regclass"));
        await database.ShouldBeExactAsync();
        Assert.True(await database.IsFoldedAsync());

        run = (await Cli.RunAsync(owned.Owner, Command)).ShouldExitWith(0);
        Assert.Equal(["Nothing to do: usage_logs is partitioned."], run.OutputLines());
    }

    [Fact]
    public async Task The_server_and_its_commands_work_on_a_partitioned_database()
    {
        var owned = await OwnedDatabase.MigratedAsync(cluster);
        await using var database = new UsageDatabase(owned.Owner);
        var user = await database.AddUserAsync();
        await database.WriteUsageAsync(user, await database.AddKeyAsync(user), rows: 2_000);
        var app = await owned.AddServingRoleAsync();
        (await Cli.RunAsync(owned.Owner, Command)).ShouldExitWith(0);

        foreach (var arguments in new string[][] { ["migrate"], ["migrate", "--check"] })
        {
            Assert.Equal(["Nothing to do: the schema is up to date."], (await Cli.RunAsync(owned.Owner, arguments)).ShouldExitWith(0).OutputLines());
        }

        // The role that serves owns nothing, but may create the coming months and write to them.
        var month = $"usage_logs_{DateTime.UtcNow.AddMonths(3):yyyy_MM}";
        await database.RunAsync($"DROP TABLE {month}");
        await using var server = Cli.Start(app, ["serve", "--urls", "http://127.0.0.1:0"]);
        using var http = await server.ClientAsync();
        await (await http.FetchAsync("/health")).ShouldBeAsync(System.Net.HttpStatusCode.OK);
        await Poll.UntilAsync(
            TimeSpan.FromSeconds(30),
            "the month is created",
            () => database.ReadAsync<bool>($"SELECT to_regclass('{month}') IS NOT NULL"));
        await using var serving = new UsageDatabase(app);
        await serving.WriteRowAsync(user, "/serving", DateTime.UtcNow.AddMonths(3), DateTime.UtcNow);
        Assert.Equal(month, await serving.PartitionOfAsync("/serving"));
        await database.RunAsync("DELETE FROM users WHERE id = $1", user);
        Assert.Equal(0L, await database.ReadAsync<long>("SELECT count(*) FROM usage_logs"));
    }

    [Fact]
    public async Task A_run_that_is_killed_is_continued_by_the_next_one()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        var key = await database.AddKeyAsync(user);
        await database.WriteUsageAsync(user, key, rows: 150_000);
        await using (var run = Cli.Start(database.ConnectionString, Command))
        {
            await Poll.UntilAsync(
                TimeSpan.FromSeconds(60), "rows are copied", () => Task.FromResult(run.Output.Contains(" rows copied", StringComparison.Ordinal)));
            await run.KillAsync();
        }

        Assert.False(await database.ReadAsync<bool>(PartitionSteps.IsPartitioned));
        var copied = await database.ReadAsync<long>("SELECT copied FROM usage_logs_copy_state");
        Assert.InRange(copied, 1, 149_999);
        await database.RunAsync("DELETE FROM usage_logs WHERE tokens_used % 7 = 0");
        await database.RunAsync("UPDATE usage_logs SET response_time_ms = 5 WHERE tokens_used % 11 = 0");
        await database.WriteUsageAsync(user, key, rows: 5_000, days: 20);
        var content = await database.ReadAsync<string>(PartitionSteps.Content);

        (await Cli.RunAsync(database.ConnectionString, Command)).ShouldExitWith(0);

        Assert.Equal(content, await database.ReadAsync<string>(PartitionSteps.Content));
        Assert.True(await database.ReadAsync<bool>(PartitionSteps.IsPartitioned));
        Assert.Equal(0L, await database.ReadAsync<long>(Leftovers));
        Assert.Equal(
            155_000L,
            await database.ReadAsync<long>(
                "SELECT sum(requests)::bigint FROM (SELECT requests FROM usage_deltas UNION ALL SELECT requests FROM usage_months) AS sums"));
    }

    [Fact]
    public async Task An_interrupted_run_says_how_to_continue_and_can_be_canceled()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no signals");
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        await database.WriteUsageAsync(user, await database.AddKeyAsync(user), rows: 150_000);
        var (definition, content) = (await database.ReadAsync<string>(PartitionSteps.Definition), await database.ReadAsync<string>(PartitionSteps.Content));
        await using var run = Cli.Start(database.ConnectionString, Command);
        await Poll.UntilAsync(
            TimeSpan.FromSeconds(60), "rows are copied", () => Task.FromResult(run.Output.Contains(" rows copied", StringComparison.Ordinal)));

        var interrupted = (await run.SignalAsync("INT")).ShouldExitWith(130);

        Assert.Equal("Interrupted. Run the command again to continue, or with --cancel to remove the copy.", interrupted.OutputLines()[^1]);
        string[] cancel = [.. Command, "--cancel"];
        Assert.Equal(["Removed the copy of usage_logs."], (await Cli.RunAsync(database.ConnectionString, cancel)).ShouldExitWith(0).OutputLines());
        Assert.Equal(definition, await database.ReadAsync<string>(PartitionSteps.Definition));
        Assert.Equal(content, await database.ReadAsync<string>(PartitionSteps.Content));
        Assert.Equal(0L, await database.ReadAsync<long>(Leftovers));
        Assert.Equal(0L, await database.ReadAsync<long>("SELECT count(*) FROM pg_proc WHERE proname LIKE 'cortex\\_note%'"));
        Assert.Equal(
            ["Nothing to do: there is no unfinished copy of usage_logs."],
            (await Cli.RunAsync(database.ConnectionString, cancel)).ShouldExitWith(0).OutputLines());
    }

    [Theory]
    [InlineData("CREATE VIEW spending AS SELECT user_id, sum(cost_usd) FROM usage_logs GROUP BY 1", "The view spending depends on usage_logs.")]
    [InlineData("CREATE MATERIALIZED VIEW spending AS SELECT endpoint FROM usage_logs", "The materialized view spending depends on usage_logs.")]
    [InlineData("CREATE TABLE tags (usage_id uuid REFERENCES usage_logs)", "The constraint tags_usage_id_fkey on table tags depends on usage_logs.")]
    [InlineData("CREATE FUNCTION f(usage_logs) RETURNS integer LANGUAGE sql AS 'SELECT 1'", "The function f(usage_logs) depends on usage_logs.")]
    [InlineData("CREATE UNIQUE INDEX once ON usage_logs (user_id, created_at)", "The unique index once does not include the id")]
    [InlineData("ALTER TABLE usage_logs ENABLE ROW LEVEL SECURITY", "Row-level security is enabled on usage_logs.")]
    [InlineData("ALTER TABLE usage_logs REPLICA IDENTITY FULL", "The replica identity of usage_logs is not the default.")]
    [InlineData("CREATE PUBLICATION outside FOR TABLE usage_logs", "The publication outside includes usage_logs")]
    [InlineData("CREATE STATISTICS s ON user_id, endpoint FROM usage_logs", "The statistics object s depends on usage_logs.")]
    [InlineData("CREATE TABLE usage_logs_2024_01 (id integer)", "The name usage_logs_2024_01 is needed for the partitions.")]
    [InlineData(
        "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
            + "CREATE TRIGGER audit BEFORE INSERT ON usage_logs FOR EACH ROW EXECUTE FUNCTION g()",
        "The trigger audit on table usage_logs depends on usage_logs.")]
    public async Task What_a_partitioned_table_could_not_have_is_named_and_nothing_is_changed(string statement, string reason)
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        await database.RunAsync(statement);
        var definition = await database.ReadAsync<string>(PartitionSteps.Definition);

        var refused = Assert.IsType<PartitionResult.Refused>(await database.CreatePartitioning().RunAsync(_ => { }, Ct));

        Assert.StartsWith(reason, Assert.Single(refused.Reasons), StringComparison.Ordinal);
        Assert.Equal(definition, await database.ReadAsync<string>(PartitionSteps.Definition));
        Assert.Equal(0L, await database.ReadAsync<long>(Leftovers));
    }

    [Fact]
    public async Task The_command_lists_every_reason_on_a_line_of_its_own()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        await database.RunAsync("CREATE VIEW spending AS SELECT * FROM usage_logs; CREATE TABLE tags (usage_id uuid REFERENCES usage_logs)");

        var run = (await Cli.RunAsync(database.ConnectionString, Command)).ShouldExitWith(1);

        Assert.Equal(3, run.ErrorLines.Length);
        Assert.Contains("The view spending depends on usage_logs. Drop it first; it can be created again afterwards.", run.ErrorLines);
        Assert.Equal("usage_logs was not partitioned, for the reasons listed above.", run.ErrorLines[^1]);
    }
}
