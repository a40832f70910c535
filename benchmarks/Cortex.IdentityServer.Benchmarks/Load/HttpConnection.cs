using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>A response from the server.</summary>
internal readonly record struct Answer(int Status, string Body);

/// <summary>A persistent connection with a minimal HTTP/1.1 implementation, so that the load driver takes little CPU time from the server.</summary>
internal sealed class HttpConnection(Uri server) : IDisposable
{
    private const string HeadEnd = "\r\n\r\n";

    private readonly byte[] _buffer = new byte[64 * 1024];
    private Socket? _socket;
    private int _filled;

    /// <exception cref="IOException">The connection broke; the next request opens a new one.</exception>
    public Answer Send(string method, string path, string headers, string body = "")
    {
        try
        {
            var socket = _socket ??= Connect();
            socket.Send(Encoding.ASCII.GetBytes(
                $"{method} {path} HTTP/1.1\r\nHost: {server.Authority}\r\n{headers}"
                    + $"{(body.Length == 0 ? "" : $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n")}\r\n{body}"));
            return Read(socket);
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            Dispose();
            throw new IOException("The connection broke.", failure);
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private Socket Connect()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(server.Host, server.Port);
        return socket;
    }

    private Answer Read(Socket socket)
    {
        _filled = 0;
        var text = "";
        int head;
        while ((head = text.IndexOf(HeadEnd, StringComparison.Ordinal)) < 0)
        {
            text = Receive(socket);
        }

        var status = int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture);
        var headers = text[..head];
        var start = head + HeadEnd.Length;
        string body;
        if (headers.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase))
        {
            while (!text.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
            {
                text = Receive(socket);
            }

            body = Unchunk(text, start);
        }
        else
        {
            var length = Length(headers);
            while (text.Length < start + length)
            {
                text = Receive(socket);
            }

            body = text[start..];
        }

        if (headers.Contains("Connection: close", StringComparison.OrdinalIgnoreCase))
        {
            Dispose();
        }

        return new(status, body);
    }

    private string Receive(Socket socket)
    {
        var read = socket.Receive(_buffer.AsSpan(_filled));
        _filled += read > 0 ? read : throw new IOException("The connection was closed, or the response is too long.");
        return Encoding.ASCII.GetString(_buffer, 0, _filled);
    }

    private static int Length(string headers)
    {
        const string Name = "\r\nContent-Length: ";
        var at = headers.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? 0 : int.Parse(headers.AsSpan(at + Name.Length).Trim().ToString().Split('\r')[0], CultureInfo.InvariantCulture);
    }

    private static string Unchunk(string text, int at)
    {
        var body = new StringBuilder();
        while (true)
        {
            var lineEnd = text.IndexOf("\r\n", at, StringComparison.Ordinal);
            var length = int.Parse(text.AsSpan(at, lineEnd - at), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (length == 0)
            {
                return body.ToString();
            }

            body.Append(text, lineEnd + 2, length);
            at = lineEnd + 2 + length + 2;
        }
    }
}
