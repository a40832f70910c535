using System.Net;
using Cortex.IdentityServer.Tests.Http.Tls;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>Over TLS, clients may speak HTTP/2, in which the host is a part of the request (<c>:authority</c>).</summary>
public sealed class TlsManagementTests(PostgresCluster cluster)
{
    [Fact]
    public async Task The_public_address_has_no_metrics_over_TLS_and_HTTP_2_either()
    {
        using var chain = new TestChain();
        await using var server = await TlsServer.StartAsync(chain, await cluster.CreateDatabaseAsync(), settings: [("MANAGEMENT_URLS", "http://127.0.0.1:0")]);
        var management = MonitoredServer.ManagementAddress(server.Log);
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            foreach (var (path, host) in
                from path in (string[])["/metrics", "//metrics", "/%6Detrics", "/health/..%2Fmetrics"]
                from host in (string[])[server.Address.Authority, management.Authority]
                select (path, host))
            {
                using var handler = new SocketsHttpHandler { SslOptions = server.ClientOptions() };
                using var http = new HttpClient(handler);
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address.GetLeftPart(UriPartial.Authority) + path))
                {
                    Version = version,
                    VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                };
                request.Headers.Host = host;

                using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

                Assert.Equal((HttpStatusCode.NotFound, version), (answer.StatusCode, answer.Version));
                Assert.DoesNotContain("# TYPE", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            }
        }
    }
}
