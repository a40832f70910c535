using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The server at an address with plain HTTP, where browsers have no clipboard, no locks between tabs, and no passkeys.</summary>
public sealed class PlainHttpApp(PostgresCluster cluster) : ConsoleApp(cluster)
{
    public const string Name = "console.test";

    protected override string Host => Name;
}
