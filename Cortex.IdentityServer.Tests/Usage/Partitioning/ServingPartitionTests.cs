using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage.Sums;

namespace Cortex.IdentityServer.Tests.Usage.Partitioning;

/// <summary>Services report usage to a running server while an operator partitions the ledger.</summary>
public sealed class ServingPartitionTests(CortexApp app) : IClassFixture<CortexApp>
{
    /// <remarks>The server has prepared its statements for the table that is replaced.</remarks>
    [Fact]
    public async Task Every_report_is_accepted_and_recorded_once()
    {
        await using var database = new UsageDatabase(app.ConnectionString);
        var reporter = await app.NewReporterAsync();
        await database.WriteUsageAsync(reporter.UserId, reporter.KeyId, rows: 60_000);
        using var end = new CancellationTokenSource();
        var reported = 0;
        var reporting = Concurrently.RunAsync(4, async _ =>
        {
            while (!end.IsCancellationRequested)
            {
                var id = Guid.CreateVersion7();
                Guid[] others = [.. Enumerable.Range(0, 9).Select(_ => Guid.CreateVersion7())];
                Assert.Equal((10, 0), await reporter.Key.ReportAsync(others.Append(id).Select(Event).ToArray()));
                Assert.Equal((0, 1), await reporter.Key.ReportAsync(Event(id)));
                Interlocked.Add(ref reported, 10);
            }

            return true;
        });
        await Poll.UntilAsync(TimeSpan.FromSeconds(20), "reports arrive", () => Task.FromResult(Volatile.Read(ref reported) > 100));

        await database.PartitionAsync();
        var before = Volatile.Read(ref reported);
        await Poll.UntilAsync(TimeSpan.FromSeconds(20), "reports arrive", () => Task.FromResult(Volatile.Read(ref reported) > before + 100));
        await end.CancelAsync();
        await reporting;

        Assert.True(await database.ReadAsync<bool>(PartitionSteps.IsPartitioned));
        Assert.Equal(reported, await database.ReadAsync<long>("SELECT count(*) FROM usage_logs WHERE endpoint = '/reported'"));
        await database.FoldAsync();
        await database.ShouldBeExactAsync();
        await (await reporter.Key.FetchAsync($"{UsageSteps.Route}/events?endpoint=/reported")).ShouldBeAsync(HttpStatusCode.OK);
    }

    private static object Event(Guid id) => new { id, endpoint = "/reported", cost_usd = "0.000001" };
}
