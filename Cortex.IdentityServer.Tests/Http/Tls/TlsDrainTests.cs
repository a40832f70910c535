using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http.Tls;

/// <summary>HTTP/2 has no <c>Connection: close</c>, so a server that is shutting down sends GOAWAY.</summary>
public sealed class TlsDrainTests(PostgresCluster cluster)
{
    [Fact]
    public async Task A_server_that_is_asked_to_stop_moves_clients_of_HTTP_2_to_other_connections_without_a_failed_request()
    {
        using var chain = new TestChain();
        await using var server = await TlsServer.StartAsync(chain, await cluster.CreateDatabaseAsync());
        var connections = 0;
        var options = server.ClientOptions();
        options.RemoteCertificateValidationCallback = (_, _, _, errors) => Interlocked.Increment(ref connections) > 0 && errors == SslPolicyErrors.None;
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = options })
        {
            BaseAddress = server.Address,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        for (var i = 0; i < 3; i++)
        {
            await ShouldAnswerAsync(http);
        }

        Assert.Equal(1, connections);
        var stopped = server.Replica.Process.SignalAsync("TERM");
        await server.ShouldLogAsync("Shutting down");

        // The server stops after half a second without a request.
        for (var i = 0; i < 5; i++)
        {
            await ShouldAnswerAsync(http);
        }

        Assert.Equal(0, (await stopped).ExitCode);
        Assert.True(connections > 1, "the client stayed on its connection");
        ServerLog.ShouldHaveNoWarnings(server.Log[server.Log.IndexOf("Shutting down", StringComparison.Ordinal)..]);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => ShouldAnswerAsync(http));
        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(refused.InnerException).SocketErrorCode);
    }

    private static async Task ShouldAnswerAsync(HttpClient http)
    {
        using var answer = await http.GetAsync("/health/live", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
