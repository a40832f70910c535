using System.CommandLine;

namespace Cortex.IdentityServer.CommandLine;

/// <summary><c>migrate</c>: brings the schema up to date and ends.</summary>
internal static class MigrateCommand
{
    public static Command Create(Server server)
    {
        var environment = CommonOptions.Environment();
        var command = new Command("migrate", "Brings the database to this version's schema and ends.") { environment };
        command.SetAction((parsed, stop) => server.WorkAsync(parsed.GetValue(environment), RunAsync, stop));
        return command;
    }

    private static async Task<int> RunAsync(Work work)
    {
        await Console.Out.WriteLineAsync(work.Migrated switch
        {
            [] => "Nothing to do: the schema is this version's.",
            [var only] => $"Applied a migration: {only}.",
            var all => $"Applied {all.Count} migrations, up to {all[^1]}.",
        });
        return ExitCode.Done;
    }
}
