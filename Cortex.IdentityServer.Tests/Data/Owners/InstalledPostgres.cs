using Cortex.IdentityServer.Foundation.Data.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <summary>Starts clusters of the PostgreSQL versions that <c>.ci/run</c> downloads in addition to the machine's own.</summary>
internal static class InstalledPostgres
{
    /// <summary>Contains a folder for each major version, with <c>bin</c> in it. If the variable is set, every version has to exist.</summary>
    private const string Variable = "CORTEX_TEST_POSTGRES";

    private const string UsualFolder = "/var/cache/cortex-identity/postgres";

    private static int _count;

    /// <summary>The folder into which <c>.ci/run</c> fetches the programs of this version. It may not exist.</summary>
    public static string FetchedFolder(string major) =>
        Path.Combine(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : UsualFolder, major, "bin");

    public static async Task<EmbeddedPostgres> StartAsync(int major)
    {
        var named = Environment.GetEnvironmentVariable(Variable);
        var binaries = FetchedFolder($"{major}");
        Assert.SkipWhen(string.IsNullOrEmpty(named) && !Directory.Exists(binaries), $"PostgreSQL {major} is not in {binaries}; .ci/run fetches it");
        return await EmbeddedPostgres.StartAsync(
            new()
            {
                // Tests that run at the same time start the same version.
                DataDirectory = Path.Combine(AppContext.BaseDirectory, $"postgres-{major}-{Interlocked.Increment(ref _count)}"),
                BinDirectory = binaries,
                Durable = false,
                Fresh = true,
                SharedBuffersMegabytes = 16,
            },
            NullLogger.Instance,
            TestContext.Current.CancellationToken);
    }
}
