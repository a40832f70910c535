using System.Net.Http.Headers;
using System.Net.Sockets;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>A server with more people than all buffers between it and a slow client hold.</summary>
public sealed class CrowdedApp(PostgresCluster cluster) : StaffedApp(cluster), IAsyncLifetime
{
    public const int Crowd = 25_000;

    private const int FewBytes = 4096;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await SqlAsync("INSERT INTO users (email, password_hash) SELECT n || repeat('-', 200) || '@example.net', '!' FROM generate_series(1, $1) AS n", Crowd);
    }

    /// <summary>A client that takes in little more than it is asked to read.</summary>
    public HttpClient Slow(string accessToken)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = FewBytes };
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new(handler) { BaseAddress = BaseAddress, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", accessToken) } };
    }
}
