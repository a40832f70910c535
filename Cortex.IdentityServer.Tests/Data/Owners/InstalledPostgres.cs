using Cortex.IdentityServer.Foundation.Data.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <summary>Clusters of the PostgreSQL versions that <c>.ci/run</c> fetches beside the machine's own.</summary>
internal static class InstalledPostgres
{
    /// <summary>A folder for each major version, with <c>bin</c> in it. Where the variable names it, all versions have to be there.</summary>
    private const string Variable = "CORTEX_TEST_POSTGRES";

    private const string UsualFolder = "/var/cache/cortex-identity/postgres";

    public static async Task<EmbeddedPostgres> StartAsync(int major)
    {
        var named = Environment.GetEnvironmentVariable(Variable);
        var binaries = Path.Combine(string.IsNullOrEmpty(named) ? UsualFolder : named, $"{major}", "bin");
        Assert.SkipWhen(string.IsNullOrEmpty(named) && !Directory.Exists(binaries), $"PostgreSQL {major} is not in {binaries}; .ci/run fetches it");
        return await EmbeddedPostgres.StartAsync(
            new()
            {
                DataDirectory = Path.Combine(AppContext.BaseDirectory, $"postgres-{major}"),
                BinDirectory = binaries,
                Durable = false,
                Fresh = true,
                SharedBuffersMegabytes = 16,
            },
            NullLogger.Instance,
            TestContext.Current.CancellationToken);
    }
}
