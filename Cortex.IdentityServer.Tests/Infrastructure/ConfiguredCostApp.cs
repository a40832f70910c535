namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A server that hashes passwords at the lowest cost that <c>BCRYPT_COST</c> allows, for tests about a hash or about the time that it takes.</summary>
public class ConfiguredCostApp(PostgresCluster cluster) : CortexApp(cluster)
{
    internal override int BcryptCost => 10;
}
