using Microsoft.AspNetCore.Mvc.Testing;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Stops another server of the tests.</summary>
internal sealed class StartedReplica(WebApplicationFactory<Program> factory) : IDisposable
{
    public void Dispose()
    {
        try
        {
            factory.Dispose();
        }
        catch (ObjectDisposedException)
        {
            // The factory and the server's own Main both stop the host, and one of them may dispose it while the other one still stops its services.
        }
    }
}
