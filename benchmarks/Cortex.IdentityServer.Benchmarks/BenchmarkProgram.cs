using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Cortex.IdentityServer.Benchmarks.Floors;
using Cortex.IdentityServer.Benchmarks.Load;

namespace Cortex.IdentityServer.Benchmarks;

/// <summary>The parts that <c>benchmarks/load</c> runs as processes of their own, each a verb; without a verb, BenchmarkDotNet.</summary>
internal static class BenchmarkProgram
{
    private static readonly Dictionary<string, Func<IConfiguration, Task>> Verbs = new()
    {
        ["postgres"] = PrivatePostgres.RunAsync,
        ["versions"] = Versions.RunAsync,
        ["seed"] = Seed.RunAsync,
        ["bare"] = BareServer.RunAsync,
        ["hash"] = HashFloor.RunAsync,
        ["updates"] = UpdateFloor.RunAsync,
        ["logins"] = Logins.RunAsync,
        ["flood"] = LoginFlood.RunAsync,
        ["refreshes"] = Refreshes.RunAsync,
        ["keys"] = KeyLookups.RunAsync,
        ["plans"] = PagePlans.RunAsync,
        ["steady"] = SteadyRequests.RunAsync,
    };

    private static async Task<int> Main(string[] args)
    {
        if (args is [var verb, .. var rest] && Verbs.TryGetValue(verb, out var run))
        {
            await run(new ConfigurationBuilder().AddCommandLine(rest).Build());
            return 0;
        }

        // In this process: a project made for each run would be built under the rules of this repository.
        var config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance)).AddDiagnoser(MemoryDiagnoser.Default);
        BenchmarkSwitcher.FromAssembly(typeof(BenchmarkProgram).Assembly).Run(args, config);
        return 0;
    }
}
