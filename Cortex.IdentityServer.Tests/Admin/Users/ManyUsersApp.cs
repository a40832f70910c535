using System.Net.Http.Headers;
using System.Net.Sockets;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>A server with more users than fit into all buffers between it and a slow client.</summary>
public sealed class ManyUsersApp(PostgresCluster cluster) : SharedStaffApp(cluster), IAsyncLifetime
{
    public const int UserCount = 25_000;

    private const int ReceiveBufferBytes = 4096;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await SqlAsync(
            "INSERT INTO users (email, password_hash) SELECT n || repeat('-', 200) || '@example.net', '!' FROM generate_series(1, $1) AS n", UserCount);
    }

    /// <summary>Creates a client whose socket buffers little more than the test reads.</summary>
    public HttpClient SlowClient(string accessToken)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = ReceiveBufferBytes };
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new(handler) { BaseAddress = BaseAddress, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", accessToken) } };
    }
}
