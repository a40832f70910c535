using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing.Metering;

/// <summary>A server that is to send usage to a Polar that can't be reached.</summary>
public sealed class MeteringApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => MeterSteps.Settings(new Uri("http://127.0.0.1:9"));
}
