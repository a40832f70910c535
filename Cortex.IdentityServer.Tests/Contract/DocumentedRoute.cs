using System.Globalization;
using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>A row of the tables of routes in <c>docs/api.md</c>.</summary>
/// <param name="Operation">Method and path, as in the OpenAPI document.</param>
/// <param name="IsMarked">Whether the route is marked with †, because it requires fresh authentication.</param>
/// <param name="Who">Who may call it.</param>
/// <param name="Success">The statuses of a request that succeeds, separated by commas.</param>
internal sealed partial record DocumentedRoute(string Operation, bool IsMarked, string Who, string Success)
{
    public static IReadOnlyList<DocumentedRoute> All { get; } = [.. Document.Read("docs/api.md").Rows("route").Select(Of)];

    public int FirstSuccess => int.Parse(Success.Split(',')[0], CultureInfo.InvariantCulture);

    private static DocumentedRoute Of(TableRow row)
    {
        var match = Route().Match(row.Cells[0]);
        Assert.True(match.Success, $"{row.Cells[0]} isn't a method and a path");
        return new(
            $"{match.Groups["method"].Value} {Prefix().Match(row.Heading).Groups["prefix"].Value}{match.Groups["path"].Value}",
            match.Groups["mark"].Success,
            row.Cells[1],
            row.Cells[2]);
    }

    [GeneratedRegex("^`(?<method>[A-Z]+) (?<path>/[^`]+)`(?<mark> †)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Route();

    [GeneratedRegex("under `(?<prefix>/[^`]+)`$", RegexOptions.ExplicitCapture)]
    private static partial Regex Prefix();
}
