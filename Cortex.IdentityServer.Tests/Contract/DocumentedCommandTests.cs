using Cortex.IdentityServer.Features.CommandLine;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary><c>docs/operations.md</c> lists the commands that the program has, with their options and exit codes.</summary>
public sealed class DocumentedCommandTests
{
    private static readonly Document Page = Document.Read("docs/operations.md");

    [Fact]
    public void Every_command_is_in_the_table_with_its_options()
    {
        var root = Commands.Root(new Server((_, _, _) => { }, _ => Task.CompletedTask));

        Assert.Equal(
            root.Subcommands.SelectMany(command => command.Subcommands.Count > 0 ? [.. command.Subcommands] : new[] { command }).Select(command =>
                $"{UsageErrors.Path(command)}: {string.Join(", ", command.Options.Where(option => !option.Hidden).Select(option => option.Name))}"),
            Page.Rows("command").Select(row => $"{row.Cells[0]}: {row.Cells[1]}".Replace("`", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_exit_code_is_in_the_table() => Assert.Equal(
        new[] { ExitCode.Done, ExitCode.Failed, ExitCode.UsageError, ExitCode.SomeFailed, ExitCode.Interrupted }.Select(code => $"{code}"),
        Page.Rows("exit code").Select(row => row.Cells[0]));
}
