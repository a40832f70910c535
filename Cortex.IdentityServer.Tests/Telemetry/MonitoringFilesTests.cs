using System.Text.Json;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Tests.Contract;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>The rules and the dashboard in deploy/ are valid, and each alert says what to do.</summary>
public sealed partial class MonitoringFilesTests
{
    [Theory]
    [InlineData("check", "rules", "rules.yml")]
    [InlineData("check", "config", "prometheus.yml")]
    [InlineData("test", "rules", "rules.test.yml")]
    public async Task Promtool_accepts_the_rules_and_their_cases(params string[] arguments)
    {
        Assert.SkipUnless(PrometheusServer.IsInstalled, "prometheus is not installed");

        var (exitCode, output) = await PrometheusServer.RunToolAsync(arguments);

        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public void Each_alert_has_a_case_a_severity_and_an_entry_in_the_runbook()
    {
        var rules = PrometheusServer.Rules;
        var cases = File.ReadAllText(Path.Combine(Document.Repository, "deploy/prometheus/rules.test.yml"));
        var headings = Heading().Matches(File.ReadAllText(Path.Combine(Document.Repository, "docs/monitoring.md")))
            .Select(heading => heading.Groups[1].Value);
        var alerts = Alert().Matches(rules).Select(alert => alert.Groups[1].Value).ToList();

        Assert.NotEmpty(alerts);
        Assert.Equal(alerts.Order(StringComparer.Ordinal), headings.Order(StringComparer.Ordinal));
        Assert.All(alerts, alert => Assert.Contains($"alertname: {alert}\n", cases, StringComparison.Ordinal));
        Assert.All(alerts, alert => Assert.Contains($"runbook: docs/monitoring.md#{alert.ToLowerInvariant()}\n", rules, StringComparison.Ordinal));
        Assert.Equal(alerts.Count, Severity().Count(rules));
    }

    /// <remarks>Grafana ignores what it doesn't know, so a broken panel would show only as an empty one.</remarks>
    [Fact]
    public void The_panels_of_the_dashboard_have_ids_places_and_queries_of_their_own()
    {
        using var dashboard = Dashboard();
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();

        Assert.Distinct(panels.Select(panel => panel.GetProperty("id").GetInt32()));
        Assert.Distinct(panels.Select(panel => panel.GetProperty("title").GetString()));
        Assert.Distinct(
            panels.Select(panel => panel.GetProperty("gridPos")).Select(place => (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32())));
        Assert.All(
            panels.Where(panel => panel.GetProperty("type").GetString() != "row").SelectMany(panel => panel.GetProperty("targets").EnumerateArray()),
            target => Assert.Contains("job=\"$job\"", target.GetProperty("expr").GetString(), StringComparison.Ordinal));
    }

    internal static JsonDocument Dashboard() => JsonDocument.Parse(File.ReadAllText(Path.Combine(Document.Repository, "deploy/grafana/dashboard.json")));

    [GeneratedRegex(@"- alert: (\w+)", RegexOptions.CultureInvariant)]
    private static partial Regex Alert();

    [GeneratedRegex(@"severity: (critical|warning)\n", RegexOptions.CultureInvariant)]
    private static partial Regex Severity();

    [GeneratedRegex("^### (Cortex.+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Heading();
}
