using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A proxy that sends a request just as the server closes the connection answers 502, so the proxy must be the first to close.</summary>
public sealed class KeepAliveTests(CortexApp app) : IClassFixture<CortexApp>
{
    /// <summary>Caddy's idle timeout, the longest of the common proxies': Traefik's is 90 seconds and nginx's is 60.</summary>
    private static readonly TimeSpan LongestOfProxies = TimeSpan.FromSeconds(120);

    [Fact]
    public void Idle_connections_stay_open_longer_than_those_of_proxies() =>
        Assert.True(app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.KeepAliveTimeout > LongestOfProxies);

    /// <remarks>This test waits two minutes, so it runs only with <c>SLOW_TESTS=1</c>.</remarks>
    [Fact]
    public async Task A_request_after_125_idle_seconds_is_answered()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("SLOW_TESTS") == "1", "takes two minutes; SLOW_TESTS=1 runs it");
        using var connection = await RawConnection.OpenAsync(app.BaseAddress);
        const string Request = "POST /api/v1/auth/login HTTP/1.1\nHost: x\nContent-Type: application/json\nContent-Length: 2\n\n{}";
        await connection.WriteAsync(Request);
        Assert.Equal(400, (await connection.ReadAsync()).Status);

        await Task.Delay(TimeSpan.FromSeconds(125), TestContext.Current.CancellationToken);
        await connection.WriteAsync(Request);

        Assert.Equal(400, (await connection.ReadAsync()).Status);
    }
}
