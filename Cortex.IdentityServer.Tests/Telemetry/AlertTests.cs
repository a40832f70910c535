using System.Text.RegularExpressions;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>A real Prometheus scrapes two replicas under load, and its alerts begin and end with what they are about.</summary>
public sealed partial class AlertTests
{
    private const string Outbox = "INSERT INTO outbox_mails (id, kind, recipient, details, created_at, due_at, expires_at, refusals) VALUES "
        + "(gen_random_uuid(), 'test', 'nobody@example.com', '{}', now() - interval '1 hour', now() + interval '1 hour', now() + interval '2 hours', 0)";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Every_expression_has_series_and_alerts_begin_and_end_with_their_cause()
    {
        Assert.SkipUnless(PrometheusServer.IsInstalled, "prometheus is not installed");
        await using var pair = await MonitoredPair.StartAsync();
        await ShouldHaveSeriesAsync(pair.Prometheus);
        await ShouldEndAsync(pair, "CortexDatabaseLost", "CortexNoticesNotHeard", "CortexHashingQueueFull", "CortexEmailsWait", "CortexReplicaDown");

        await pair.Postgres.KillAsync();
        await ShouldFireAsync(pair, "CortexDatabaseLost");
        await pair.Postgres.StartAsync();
        await ShouldEndAsync(pair, "CortexDatabaseLost", "CortexNoticesNotHeard");

        pair.Wires[0].Refuse("cortex-identity changes");
        await ShouldFireAsync(pair, "CortexNoticesNotHeard");
        Assert.DoesNotContain("CortexDatabaseLost", await pair.Prometheus.FiringAsync());
        pair.Wires[0].Refuse(null);
        await ShouldEndAsync(pair, "CortexNoticesNotHeard");

        await ShouldFireAsync(pair, "CortexHashingQueueFull", () => MonitoredLoad.FillHashingQueueAsync(pair.Replicas[1]));
        await ShouldEndAsync(pair, "CortexHashingQueueFull");

        await pair.Postgres.SqlAsync(Outbox);
        await ShouldFireAsync(pair, "CortexEmailsWait");
        await pair.Postgres.SqlAsync("DELETE FROM outbox_mails");
        await ShouldEndAsync(pair, "CortexEmailsWait");

        // A standby, or a database whose disk is full, answers but is of no use.
        await pair.Postgres.SqlAsync("ALTER SYSTEM SET default_transaction_read_only = on");
        await pair.Postgres.SqlAsync("SELECT pg_reload_conf()");
        await ShouldFireAsync(pair, "CortexDatabaseLost");
        await pair.Postgres.SqlAsync("ALTER SYSTEM RESET default_transaction_read_only");
        await pair.Postgres.SqlAsync("SELECT pg_reload_conf()");
        await ShouldEndAsync(pair, "CortexDatabaseLost");
    }

    /// <summary>Each query of the dashboard, and each selector of the rules, finds something.</summary>
    private static async Task ShouldHaveSeriesAsync(PrometheusServer prometheus)
    {
        using var dashboard = MonitoringFilesTests.Dashboard();
        var expressions = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.GetProperty("type").GetString() != "row")
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)
            .Select(expression => expression.Replace("$job", "cortex-identity", StringComparison.Ordinal))
            .Select(expression => expression.Replace("$__rate_interval", "5s", StringComparison.Ordinal))
            .Concat(Selector().Matches(PrometheusServer.Rules).Select(selector => selector.Value))
            .ToList();
        Assert.InRange(expressions.Count, 60, 1_000);
        foreach (var expression in expressions)
        {
            await Poll.UntilAsync(Timeout, expression, async () => await prometheus.CountAsync(expression) > 0);
        }
    }

    private static async Task ShouldFireAsync(MonitoredPair pair, string alert, Func<Task>? cause = null) =>
        await Poll.UntilAsync(Timeout, $"{alert} fires", async () =>
        {
            await (cause?.Invoke() ?? Task.CompletedTask);
            return (await pair.Prometheus.FiringAsync()).Contains(alert);
        });

    private static async Task ShouldEndAsync(MonitoredPair pair, params string[] alerts) =>
        await Poll.UntilAsync(Timeout, $"{string.Join(", ", alerts)} end", async () => !(await pair.Prometheus.FiringAsync()).Overlaps(alerts));

    [GeneratedRegex(@"\b[a-z]\w+\{[^}]*\}", RegexOptions.CultureInvariant)]
    private static partial Regex Selector();
}
