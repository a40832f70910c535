using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Cortex.IdentityServer.Benchmarks.Baselines;
using Cortex.IdentityServer.Benchmarks.Load;

namespace Cortex.IdentityServer.Benchmarks;

/// <summary>Runs one of the verbs that <c>benchmarks/load</c> starts as separate processes; without a verb, runs BenchmarkDotNet.</summary>
internal static class BenchmarkProgram
{
    private static readonly Dictionary<string, Func<IConfiguration, Task>> Verbs = new()
    {
        ["postgres"] = PrivatePostgres.RunAsync,
        ["versions"] = Versions.RunAsync,
        ["seed"] = Seed.RunAsync,
        ["bare"] = BareServer.RunAsync,
        ["hash"] = HashBaseline.RunAsync,
        ["updates"] = UpdateBaseline.RunAsync,
        ["logins"] = Logins.RunAsync,
        ["flood"] = LoginFlood.RunAsync,
        ["refreshes"] = Refreshes.RunAsync,
        ["keys"] = KeyLookups.RunAsync,
        ["plans"] = PagePlans.RunAsync,
        ["steady"] = SteadyRequests.RunAsync,
        ["copy-usage"] = CopyBaseline.RunAsync,
        ["report-usage"] = UsageReports.RunAsync,
        ["burst"] = RequestBurst.RunAsync,
        ["usage-rows"] = UsageRows.RunAsync,
        ["seed-usage"] = UsageSeed.RunAsync,
        ["restore-key"] = KeyRestore.RunAsync,
        ["webhooks"] = Webhooks.RunAsync,
        ["pages"] = ConsolePages.RunAsync,
    };

    private static async Task<int> Main(string[] args)
    {
        if (args is [var verb, .. var rest] && Verbs.TryGetValue(verb, out var run))
        {
            await run(new ConfigurationBuilder().AddCommandLine(rest).Build());
            return 0;
        }

        // Benchmarks run in this process, because a project generated for each run would be built under this repository's rules.
        var config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance)).AddDiagnoser(MemoryDiagnoser.Default);
        BenchmarkSwitcher.FromAssembly(typeof(BenchmarkProgram).Assembly).Run(args, config);
        return 0;
    }
}
