using System.Net;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A server that is shutting down sends new requests elsewhere and answers those that still arrive.</summary>
public sealed class DrainingTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task A_server_that_is_shutting_down_is_alive_but_not_ready_and_closes_connections()
    {
        var (_, _, http) = await app.SignUpAsync();
        Assert.NotEqual(true, (await http.FetchAsync("/health/ready")).Headers.ConnectionClose);

        app.Services.GetRequiredService<Traffic>().Drain();

        var ready = await http.FetchAsync("/health/ready");
        var body = await ready.JsonAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal(("unhealthy", "connected"), (body.GetProperty("status").GetString(), body.GetProperty("database").GetString()));
        Assert.NotNull(ready.Headers.RetryAfter);
        foreach (var path in new[] { "/health", "/health/live", "/api/v1/auth/me" })
        {
            var answer = await http.FetchAsync(path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(true, answer.Headers.ConnectionClose);
        }
    }
}
