using System.Globalization;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Tests.Contract;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <summary>A row of the tables in <c>docs/configuration.md</c>.</summary>
/// <param name="Name">The variable's name.</param>
/// <param name="Default">The default value, if the table gives one.</param>
/// <param name="Range">The minimum and maximum of a number.</param>
/// <param name="Unit">The unit of a number.</param>
/// <param name="Others">Accepted values other than the default: the ends of the range, or the other words.</param>
internal sealed partial record DocumentedVariable(
    string Name, string? Default, (int Least, int Most)? Range, string Unit, IReadOnlyList<string> Others)
{
    public static DocumentedVariable Of(TableRow row)
    {
        var name = row.Cells[0].Trim('`');

        // "`on`; `off` in Production": the tests read under Production's rules.
        var value = InProduction().Match(row.Cells[1]) is { Success: true } production ? production.Groups[1].Value
            : Literal().Match(row.Cells[1]) is { Success: true } literal ? literal.Groups[1].Value
            : null;
        if (Number().Match(row.Cells[2]) is { Success: true } number)
        {
            var least = int.Parse(number.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            var most = int.Parse(number.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
            return new(name, value, (least, most), number.Groups[3].Value, [.. new[] { $"{least}", $"{most}" }.Where(end => end != value)]);
        }

        var words = Choice().IsMatch(row.Cells[2]) ? Word().Matches(row.Cells[2]).Select(word => word.Groups[1].Value) : [];
        return new(name, value, null, "", [.. words.Where(word => word != value)]);
    }

    [GeneratedRegex("`([^`]+)` in Production$", RegexOptions.CultureInvariant)]
    private static partial Regex InProduction();

    [GeneratedRegex("^`([^`]+)`$", RegexOptions.CultureInvariant)]
    private static partial Regex Literal();

    [GeneratedRegex(@"^(\d+) to (\d+) (.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex("^(`[^`]+`,? )+or `[^`]+`$", RegexOptions.CultureInvariant)]
    private static partial Regex Choice();

    [GeneratedRegex("`([^`]+)`", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
