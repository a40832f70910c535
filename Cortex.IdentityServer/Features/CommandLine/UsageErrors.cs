using System.CommandLine;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Explains in one line what is wrong with a command line, and suggests the closest command or option.</summary>
internal static class UsageErrors
{
    /// <summary>The maximum edit distance at which a name is suggested.</summary>
    private const int MaxTypos = 2;

    public static string Explain(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var commands = string.Join(
            ", ", parsed.RootCommandResult.Command.Subcommands.Select(known => known.Name == "serve" ? "serve (the default)" : known.Name));
        var unknown = parsed.UnmatchedTokens is [var first, ..] ? first : null;
        var problem = (command, unknown) switch
        {
            (_, null) => $"{Path(command)}: {parsed.Errors[0].Message}",
            (RootCommand, _) => $"There is no command {unknown}.{Suggest(unknown, command.Subcommands.Select(known => known.Name))}",
            ({ Subcommands.Count: > 0 }, not ['-', ..]) =>
                $"{Path(command)} has no command {unknown}.{Suggest(unknown, command.Subcommands.Select(known => known.Name))}",
            (_, ['-', ..]) => $"{Path(command)} has no option {unknown}.{Suggest(unknown, command.Options.Select(known => known.Name))}",
            _ => $"{Path(command)} doesn't take {unknown}.",
        };
        var more = command is RootCommand ? "--help" : $"{Path(command)} --help";
        return $"{problem} Commands: {commands}. See {more}.";
    }

    /// <summary>The words that call a command: <c>usage partition</c>.</summary>
    public static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault(parent => parent is not RootCommand) is { } parent ? $"{Path(parent)} {command.Name}" : command.Name;

    private static string Suggest(string word, IEnumerable<string> known)
    {
        var closest = known.Select(name => (Name: name, Typos: Spelling.Distance(word, name))).MinBy(name => name.Typos);
        return closest.Typos <= MaxTypos ? $" Did you mean {closest.Name}?" : "";
    }
}
