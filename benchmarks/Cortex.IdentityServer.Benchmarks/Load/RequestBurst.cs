using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>
/// Sends a number of equal requests with an API key as fast as possible, over several connections from one thread, and waits for every response. Prints the
/// Unix time at which it began, the rate, and the number of 204 responses.
/// </summary>
internal static class RequestBurst
{
    private static readonly byte[] Success = "HTTP/1.1 204"u8.ToArray();
    private static readonly byte[] End = "\r\n\r\n"u8.ToArray();

    public static Task RunAsync(IConfiguration arguments)
    {
        var server = new Uri(arguments.Text("url"));
        var request = Encoding.ASCII.GetBytes(
            $"GET {arguments.Text("path")} HTTP/1.1\r\nHost: {server.Authority}\r\nX-API-Key: {arguments.Text("key")}\r\n\r\n");
        var clients = Enumerable.Range(0, arguments.Number("connections")).Select(_ => new Client(server)).ToDictionary(client => client.Socket);
        var count = arguments.Number("count");
        var (sent, received, answered) = (0, 0, 0);
        var began = DateTimeOffset.UtcNow;
        var watch = Stopwatch.StartNew();
        foreach (var client in clients.Values.Take(count))
        {
            client.Socket.Send(request);
            sent++;
        }

        while (received < count)
        {
            List<Socket> readable = [.. clients.Keys];
            Socket.Select(readable, null, null, -1);
            foreach (var socket in readable)
            {
                if (clients[socket].Receive() is not { } isSuccess)
                {
                    continue;
                }

                received++;
                answered += isSuccess ? 1 : 0;
                if (sent < count)
                {
                    socket.Send(request);
                    sent++;
                }
            }
        }

        Settings.Print(
            ("rate", count / watch.Elapsed.TotalSeconds), ("answered", answered), ("failed", count - answered),
            ("began", began.ToUnixTimeMilliseconds() / 1000.0));
        foreach (var client in clients.Values)
        {
            client.Socket.Dispose();
        }

        return Task.CompletedTask;
    }

    private sealed class Client
    {
        private readonly byte[] _buffer = new byte[16 * 1024];
        private int _filled;

        public Client(Uri server)
        {
            Socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            Socket.Connect(server.Host, server.Port);
        }

        public Socket Socket { get; }

        /// <summary>Receives what has arrived. Returns whether the response is a 204, which has no body; null if it isn't complete yet.</summary>
        public bool? Receive()
        {
            var read = Socket.Receive(_buffer.AsSpan(_filled));
            _filled += read > 0 ? read : throw new IOException("The connection was closed, or the response is too long.");
            var text = _buffer.AsSpan(0, _filled);
            if (text.StartsWith(Success) && !text.EndsWith(End))
            {
                return null;
            }

            _filled = 0;
            return text.StartsWith(Success);
        }
    }
}
