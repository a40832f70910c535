using System.Diagnostics;
using Cortex.IdentityServer.Tests.Contract;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>The Python class of <c>docs/usage.md</c> records each event once, whatever happens to its requests on the way.</summary>
public sealed class ReporterProgramTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Module = "usage_reporter.py";

    private const string Program = """
        import os
        from usage_reporter import UsageReporter

        reporter = UsageReporter(os.environ["API"], os.environ["KEY"], lambda event, reason: print(event["endpoint"], sorted(reason)))
        for _ in range(1200):
            reporter.add("/v1/chat", tokens_used=1)
        for _ in range(150):
            reporter.add("/v1/long", tokens_used=1, error_message="x" * 10000)
        reporter.add("/v1/bad", tokens_used=-1)
        reporter.add("/v1/taken", id=os.environ["TAKEN"])
        reporter.close()
        """;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lost_responses_and_refused_requests_lose_no_event_and_count_none_twice()
    {
        var (reporter, other) = (await app.NewReporterAsync(), await app.NewReporterAsync());
        var taken = Guid.NewGuid();
        await other.Key.ReportAsync(new { id = taken, endpoint = "x" });
        await using var front = await UnreliableFront.StartAsync(app.BaseAddress);

        var printed = await RunAsync(front.Address, reporter, taken);

        Assert.Equal("/v1/bad ['tokens_used']\n/v1/taken ['id']", printed.Trim());
        Assert.Equal("1350 requests, 1350 tokens, 0 dollars", await app.LedgerAsync(reporter.UserId));
        Assert.True(front.IsReliable, "every failure has to have happened");
        Assert.Superset(new HashSet<int> { 202, 400, 409, 413 }, front.Statuses.ToHashSet());
    }

    private static async Task<string> RunAsync(Uri address, Reporter reporter, Guid taken)
    {
        var folder = Directory.CreateTempSubdirectory("cortex-reporter-");
        try
        {
            var module = Document.Read("docs/usage.md").Blocks.Single(block => block.Language == "python").Text;
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, Module), module, Ct);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "gateway.py"), Program, Ct);
            var start = new ProcessStartInfo("python3", ["gateway.py"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder.FullName,
            };
            start.Environment["API"] = $"{address}api/v1";
            start.Environment["KEY"] = reporter.Key.DefaultRequestHeaders.GetValues("X-API-Key").Single();
            start.Environment["TAKEN"] = taken.ToString();
            start.Environment["no_proxy"] = "*";
            return await RunAsync(start);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> RunAsync(ProcessStartInfo start)
    {
        Assert.SkipUnless(
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(path => File.Exists(Path.Combine(path, start.FileName))),
            $"{start.FileName} is not installed");
        using var python = Process.Start(start)!;
        try
        {
            var errors = python.StandardError.ReadToEndAsync(Ct);
            var printed = await python.StandardOutput.ReadToEndAsync(Ct).WaitAsync(Timeout, Ct);
            Assert.Equal("", await errors);
            return printed;
        }
        finally
        {
            python.Kill(entireProcessTree: true);
        }
    }
}
