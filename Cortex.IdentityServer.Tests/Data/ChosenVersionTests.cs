using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>The whole run uses the version of PostgreSQL that somebody chose for it.</summary>
public sealed class ChosenVersionTests(PostgresCluster cluster)
{
    [Fact]
    public async Task The_cluster_runs_the_chosen_version()
    {
        var chosen = Environment.GetEnvironmentVariable("CORTEX_TEST_POSTGRES_VERSION");
        Assert.SkipWhen(string.IsNullOrEmpty(chosen), "CORTEX_TEST_POSTGRES_VERSION isn't set");
        await using var connection = new NpgsqlConnection(await cluster.CreateDatabaseAsync(migrated: false));
        await connection.OpenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(chosen, $"{connection.PostgreSqlVersion.Major}");
    }
}
