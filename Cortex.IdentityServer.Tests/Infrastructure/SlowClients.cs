using System.Net.Sockets;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Creates clients that read so slowly that a long response is still being written when a test acts.</summary>
internal static class SlowClients
{
    private const int ReceiveBufferBytes = 4096;

    /// <summary>Creates a client whose socket buffers little more than the test reads, with the credential of another client.</summary>
    public static HttpClient SlowClient(this CortexApp app, HttpClient caller)
    {
        var slow = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = ReceiveBufferBytes };
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = app.BaseAddress,
        };
        foreach (var (name, values) in caller.DefaultRequestHeaders)
        {
            slow.DefaultRequestHeaders.Add(name, values);
        }

        return slow;
    }
}
