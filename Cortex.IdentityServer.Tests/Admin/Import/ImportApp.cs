using Cortex.IdentityServer.Tests.Http;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Import;

/// <summary>A server with one administrator for all tests of a class, and a database that can be cut off.</summary>
public sealed class ImportApp(PostgresCluster cluster) : CuttableApp(cluster)
{
    private Task<TwoFactorUser>? _admin;

    internal override int BcryptCost => 10;

    /// <summary>Returns the shared administrator, whose access token expires when a test moves the clock by half an hour.</summary>
    public Task<TwoFactorUser> AdminAsync() => _admin ??= this.SignUpStaffAsync();
}
