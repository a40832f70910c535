using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Connects to the database, and makes the further checks only if that works.</summary>
internal static class DatabaseChecks
{
    private const string Application = "cortex-identity doctor";

    public static async Task<CheckLines> RunAsync(Examination work)
    {
        if (!work.HasDatabase)
        {
            return await TimedCheck.RunAsync("database", (lines, _) => ReportMissing(work, lines), work.Stop);
        }

        var server = await TimedCheck.RunAsync("database", (lines, stop) => ConnectAsync(work, lines, stop), work.Stop);
        if (server.All is [{ Verdict: Verdict.Fail }])
        {
            return server;
        }

        // They use connections of their own, so one that takes too long doesn't keep the others from their results.
        var schema = TimedCheck.RunAsync("database schema", (lines, stop) => SchemaCheck.RunAsync(work, lines, stop), work.Stop);
        var secrets = TimedCheck.RunAsync("database secrets", (lines, stop) => SecretCheck.RunAsync(work, lines, stop), work.Stop);
        var notices = TimedCheck.RunAsync("database notices", (lines, stop) => NoticeCheck.RunAsync(Source(work), lines, stop), work.Stop);
        var all = new CheckLines();
        foreach (var part in (CheckLines[])[server, await schema, await secrets, await notices])
        {
            all.AddAll(part);
        }

        return all;
    }

    private static void ReportMissing(Examination work, CheckLines lines)
    {
        if (work.Settings.Errors().Any(error => error.StartsWith("POSTGRES_URL", StringComparison.Ordinal)))
        {
            // The settings have a line for it.
            return;
        }

        lines.Warn(
            "database", $"The embedded PostgreSQL in {work.Database.EmbeddedFolder} isn't running, so it can't be checked", "Start the server first");
    }

    private static async Task ConnectAsync(Examination work, CheckLines lines, CancellationToken stop)
    {
        try
        {
            await using var source = Source(work);
            await using var connection = await source.OpenConnectionAsync(stop);
            await ServerCheck.RunAsync(work, connection, lines, stop);
        }
        catch (Exception failure) when (DatabaseErrorLine.Of(failure, work.Database.Name) is { } line)
        {
            lines.Fail(
                "database", line, "Check the address, role, password, and database in POSTGRES_URL, and that PostgreSQL lets this machine in");
        }
    }

    private static NpgsqlDataSource Source(Examination work) => DataSources.BuildUnpooled(work.Get<PostgresAddress>().ConnectionString, Application);
}
