using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Tests.Contract;
using Microsoft.Extensions.Logging;

namespace Cortex.IdentityServer.Tests.Logging;

/// <summary><c>docs/logs.md</c> lists the events that the server logs, with their ids and levels.</summary>
public sealed partial class DocumentedEventsTests
{
    private const string RootNamespace = "Cortex.IdentityServer.";

    private static readonly IReadOnlyList<(string Folder, LoggerMessageAttribute Event, string Name)> Events =
    [
        .. from type in typeof(Program).Assembly.GetTypes()
            from method in type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly)
            let message = method.GetCustomAttribute<LoggerMessageAttribute>()
            where message is not null
            select (FolderOf(type), message, message.EventName ?? method.Name),
    ];

    private static readonly IReadOnlyList<(string Folder, int First, int Last, TableRow Row)> Rows =
    [
        .. from row in Document.Read("docs/logs.md").Rows("id")
            let heading = Heading().Match(row.Heading)
            select (heading.Groups[1].Value, Number(heading.Groups[2].Value), Number(heading.Groups[3].Value), row),
    ];

    [Fact]
    public void Every_event_is_listed_under_its_folder_with_its_level() => Assert.Equal(
        Events.OrderBy(one => one.Event.EventId).Select(one => $"{one.Folder}: {one.Event.EventId} {one.Name} {Level(one.Event.Level)}"),
        Rows.Select(one => $"{one.Folder}: {one.Row.Cells[0]} {one.Row.Cells[1].Trim('`')} {one.Row.Cells[2]}"));

    [Fact]
    public void Every_event_has_an_id_of_its_own_in_the_range_of_its_folder()
    {
        Assert.Distinct(Events.Select(one => one.Event.EventId));
        Assert.All(Rows, one => Assert.InRange(Number(one.Row.Cells[0]), one.First, one.Last));

        // No two folders share a range, and the layers have the ranges that the page names.
        var ranges = Rows.Select(one => (one.Folder, one.First, one.Last)).Distinct().ToList();
        Assert.Distinct(ranges.Select(range => range.Folder));
        Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.True(pair.First.Last < pair.Second.First, $"{pair}"));
        Assert.All(ranges, range => Assert.InRange(range.First, LayerStart(range.Folder), LayerStart(range.Folder) + 1_999));
    }

    [Fact]
    public void Every_event_has_a_meaning_other_than_its_name() =>
        Assert.All(Rows, one => Assert.True(one.Row.Cells[3].Split(' ').Length > 4 && one.Row.Cells[3].EndsWith('.'), one.Row.Cells[0]));

    private static string FolderOf(Type type) => string.Join('/', type.Namespace![RootNamespace.Length..].Split('.').Take(2));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static int LayerStart(string folder) => folder.Split('/')[0] switch
    {
        "Foundation" => 0,
        "Identity" => 2_000,
        _ => 4_000,
    };

    /// <summary>The level as the page writes it. An event without a fixed level begins as a warning and becomes an error if it goes on.</summary>
    private static string Level(LogLevel level) => level switch
    {
        LogLevel.None => "warning, error",
        LogLevel.Information => "info",
        _ => level.ToString().ToLowerInvariant(),
    };

    [GeneratedRegex(@"^(\w+/\w+): (\d+) to (\d+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Heading();
}
