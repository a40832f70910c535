using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>A server with more users than fit into all buffers between it and a slow client.</summary>
public sealed class ManyUsersApp(PostgresCluster cluster) : SharedStaffApp(cluster), IAsyncLifetime
{
    public const int UserCount = 25_000;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await SqlAsync(
            "INSERT INTO users (email, password_hash) SELECT n || repeat('-', 200) || '@example.net', '!' FROM generate_series(1, $1) AS n", UserCount);
    }
}
