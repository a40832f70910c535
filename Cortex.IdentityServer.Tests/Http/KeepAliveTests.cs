using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A proxy that sends into a connection just as the server closes it answers 502: the proxy has to be the first to close.</summary>
public sealed class KeepAliveTests(CortexApp app) : IClassFixture<CortexApp>
{
    /// <summary>Caddy's; Traefik keeps them for 90 seconds and nginx for 60.</summary>
    private static readonly TimeSpan LongestOfProxies = TimeSpan.FromSeconds(120);

    [Fact]
    public void An_idle_connection_is_kept_longer_than_proxies_keep_theirs() =>
        Assert.True(app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.KeepAliveTimeout > LongestOfProxies);

    /// <remarks>Two minutes of waiting: only with <c>SLOW_TESTS=1</c>.</remarks>
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
