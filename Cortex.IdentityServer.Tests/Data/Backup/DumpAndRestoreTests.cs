using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Data.Owners;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data.Backup;

/// <summary><c>docs/backup.md</c> with <c>pg_dump</c>: another server on the restored database is the same for its users.</summary>
public sealed class DumpAndRestoreTests(PostgresCluster cluster)
{
    [Fact]
    public async Task A_dump_restored_to_an_empty_database_by_another_owner_brings_everything_back()
    {
        await using var app = new CortexApp(cluster);
        await app.InitializeAsync();
        var server = await LivelyServer.FillAsync(app);
        var before = await server.ViewAsync(app.Anonymous());
        using var file = new TemporaryFile();

        await PostgresTool.RunAsync("pg_dump", app.ConnectionString, "-Fc", "-f", file.Path);
        var target = await OwnedDatabase.CreateAsync(cluster);
        await PostgresTool.RunAsync(
            "pg_restore", target.Owner, "--no-owner", "--exit-on-error", "--single-transaction", "-d", OwnedDatabase.NameOf(target.Owner), file.Path);
        var serving = await target.AddServingRoleAsync();

        await ShouldBeTheSameAsync(app, server, before, serving);
    }

    [Fact]
    public async Task The_rows_alone_restored_to_a_migrated_database_as_documented_bring_everything_back()
    {
        await using var app = new CortexApp(cluster);
        await app.InitializeAsync();
        var server = await LivelyServer.FillAsync(app);
        var before = await server.ViewAsync(app.Anonymous());
        var (empty, enable) = Scripts();

        var rows = await PostgresTool.RunAsync("pg_dump", app.ConnectionString, "--data-only", "--load-via-partition-root");
        var target = await OwnedDatabase.MigratedAsync(cluster);
        var (exitCode, errors) = await PostgresTool.PsqlAsync(target.Owner, $"{empty}\n{rows}\n{enable}", "--single-transaction");
        Assert.True(exitCode == 0, errors);

        await ShouldBeTheSameAsync(app, server, before, await target.AddServingRoleAsync());
    }

    /// <remarks>This is why the documented way disables the triggers and empties the tables first.</remarks>
    [Fact]
    public async Task Without_these_steps_the_rows_are_refused_or_counted_twice()
    {
        await using var app = new CortexApp(cluster);
        await app.InitializeAsync();
        await LivelyServer.FillAsync(app);
        var target = await OwnedDatabase.MigratedAsync(cluster);
        const string Counted = "SELECT sum(accounts)::bigint FROM (SELECT accounts FROM account_totals UNION ALL SELECT accounts FROM account_changes) AS a";
        const string Used = "SELECT sum(requests)::bigint FROM (SELECT requests FROM usage_quarters UNION ALL SELECT requests FROM usage_deltas) AS u";

        var all = await PostgresTool.RunAsync("pg_dump", app.ConnectionString, "--data-only");
        var (exitCode, errors) = await PostgresTool.PsqlAsync(target.Owner, all, "--single-transaction");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("duplicate key", errors, StringComparison.Ordinal);
        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(target.Owner, "SELECT count(*) FROM users"));

        var some = await PostgresTool.RunAsync(
            "pg_dump", app.ConnectionString, "--data-only", "--load-via-partition-root", "--exclude-table-data", "public.\"__EFMigrationsHistory\"",
            "--exclude-table-data", "public.roles");
        (exitCode, errors) = await PostgresTool.PsqlAsync(target.Owner, some, "--single-transaction");
        Assert.True(exitCode == 0, errors);
        Assert.Equal(2 * 3L, await PythonDatabase.SqlAsync<long>(target.Owner, Counted));
        Assert.Equal(2 * 51L, await PythonDatabase.SqlAsync<long>(target.Owner, Used));
    }

    private static async Task ShouldBeTheSameAsync(CortexApp app, LivelyServer server, string before, string restored)
    {
        (await Doctor.RunAsync(restored)).ShouldSay(
            3, ("ok    database schema", "All migrations"), ("ok    database rights", "may serve"), ("ok    database triggers", "enabled"),
            ("ok    database secrets", "decrypts the 2 second factors"));
        (await Doctor.RunAsync(restored, ("SECRET_KEY", "a-secret-of-more-than-32-bytes-from-another-time"))).ShouldSay(
            1, ("fail  database secrets", "can't decrypt 2 of the 2 second factors"));
        using var http = app.StartReplica(out var replica, ("POSTGRES_URL", restored));
        using var _ = replica;
        Assert.Equal(before, await server.ViewAsync(http));
        await server.ShouldWorkAsync(http);
    }

    /// <summary>Returns the two scripts of docs/backup.md.</summary>
    private static (string Empty, string Enable) Scripts()
    {
        var page = File.ReadAllText(Path.Combine(LocalFolder.SolutionFolder()!, "docs", "backup.md")).ReplaceLineEndings("\n");
        var blocks = page.Split("```sql\n")[1..].Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]).ToList();
        return (blocks.Single(block => block.Contains("TRUNCATE", StringComparison.Ordinal)), blocks.Single(
            block => block.Contains("ENABLE TRIGGER USER", StringComparison.Ordinal)));
    }
}
