using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Parses the command line, prints help and usage errors, and runs the command.</summary>
internal static class Commands
{
    public static async Task<int> RunAsync(string[] args, Server server, CancellationToken stop)
    {
        // System.CommandLine would expand an argument that begins with @ as a response file, but it may be the name of a file to import.
        var parsed = Root(server).Parse(WithoutHelpCommand(args), new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction || (parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens is [[not '-', ..], ..]))
        {
            await Console.Error.WriteLineAsync(UsageErrors.Explain(parsed));
            return ExitCode.UsageError;
        }

        var answer = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop);
        if (parsed.Action is HelpAction)
        {
            await Console.Out.WriteLineAsync(HelpNotes.Of(UsageErrors.Path(parsed.CommandResult.Command)));
        }

        return answer;
    }

    internal static RootCommand Root(Server server) => new(
        "Cortex Identity, the authentication server for Cortex Memory. Without a command, it runs the server.")
    {
        Serve(),
        MigrateCommand.Create(server),
        CreateAdminCommand.Create(server),
        ImportCommand.Create(server),
        RotateKeysCommand.Create(server),
        UsageCommand.Create(server),
        BillingCommand.Create(server),
        HealthcheckCommand.Create(),
        DoctorCommand.Create(server),
    };

    /// <summary>Declared for its help only: <see cref="Entry"/> starts the server without this parser.</summary>
    private static Command Serve() => new(
        "serve", "Runs the server. This is the default. Options that aren't listed here are passed to the ASP.NET Core host.")
    {
        new Option<string>("--urls") { HelpName = "addresses", Description = "Addresses to listen on, separated by semicolons, such as http://localhost:5107" },
        new Option<string>("--environment")
        {
            HelpName = "name",
            Description = "Development or Production. Default: Development inside the source tree, Production anywhere else",
        },
    };

    /// <summary>Turns <c>help import</c> into <c>import --help</c>.</summary>
    private static string[] WithoutHelpCommand(string[] args) => args is ["help", .. var rest] ? [.. rest, "--help"] : args;
}
