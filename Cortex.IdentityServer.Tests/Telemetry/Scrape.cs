using System.Globalization;
using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>Metrics in Prometheus' text format (version 0.0.4): one series on each line.</summary>
internal sealed partial record Scrape(IReadOnlyList<Series> All)
{
    public static Scrape Parse(string text) => new([.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(ParseLine)]);

    /// <summary>Returns the sum of the series with these labels; 0 if there is none, as <c>sum(… or vector(0))</c> does.</summary>
    public double Sum(string name, params (string Name, string Value)[] labels) =>
        All.Where(series => series.Name == name && labels.All(label => series.Labels.GetValueOrDefault(label.Name) == label.Value)).Sum(series => series.Value);

    /// <summary>Returns the value of the only series with this name.</summary>
    public double Single(string name) => Assert.Single(All, series => series.Name == name).Value;

    private static Series ParseLine(string line)
    {
        var match = Line().Match(line);
        Assert.True(match.Success, $"not a series: {line}");
        return new(
            match.Groups["name"].Value,
            Label().Matches(match.Groups["labels"].Value).ToDictionary(
                label => label.Groups["name"].Value, label => label.Groups["value"].Value, StringComparer.Ordinal),
            double.Parse(match.Groups["value"].Value.Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)(?: \d+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Line();

    [GeneratedRegex("(?<name>[a-zA-Z_][a-zA-Z0-9_]*)=\"(?<value>(?:[^\"\\\\]|\\\\.)*)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}

/// <summary>One series of a scrape.</summary>
internal sealed record Series(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    public override string ToString() => $"{Name}{{{string.Join(',', Labels.Select(label => $"{label.Key}={label.Value}"))}}}";
}
