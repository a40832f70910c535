using System.CommandLine;
using Cortex.IdentityServer.Foundation.Data;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary><c>migrate</c> brings the schema up to date and exits.</summary>
internal static class MigrateCommand
{
    public static Command Create(Server server)
    {
        var environment = CommonOptions.Environment();
        var check = new Option<bool>("--check")
        {
            Description = "Only list what migrate would repair or refuse, and change nothing. The exit code is 1 if migrate would refuse the database",
        };
        var command = new Command("migrate", "Brings the database schema up to date and exits.") { check, environment };
        command.SetAction((parsed, stop) => parsed.GetValue(check)
            ? server.RunCommandAsync(parsed.GetValue(environment), CheckAsync, stop, migrates: false)
            : server.RunCommandAsync(parsed.GetValue(environment), RunAsync, stop));
        return command;
    }

    private static async Task<int> CheckAsync(CommandContext work)
    {
        var plan = await work.Services.GetRequiredService<DatabaseMigrator>().PlanAsync(work.Stop);
        foreach (var finding in plan.Report.Findings)
        {
            await Console.Out.WriteLineAsync(finding.ToString());
        }

        if (plan.Report.Refusals.Count > 0)
        {
            throw new CommandFailedException("migrate would refuse this database, for the reasons listed above.");
        }

        await Console.Out.WriteLineAsync(plan.Pending switch
        {
            [] when plan.Report.Repaired.Count > 0 => "migrate would do nothing else: the schema is up to date.",
            [] => "Nothing to do: the schema is up to date.",
            [var only] => $"migrate would apply a migration: {only}.",
            var all => $"migrate would apply {all.Count} migrations, up to {all[^1]}.",
        });
        return ExitCode.Done;
    }

    private static async Task<int> RunAsync(CommandContext work)
    {
        await Console.Out.WriteLineAsync(work.Migrated switch
        {
            [] => "Nothing to do: the schema is up to date.",
            [var only] => $"Applied a migration: {only}.",
            var all => $"Applied {all.Count} migrations, up to {all[^1]}.",
        });
        return ExitCode.Done;
    }
}
