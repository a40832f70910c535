using System.Net.Sockets;
using System.Text;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>One connection for several requests, byte for byte, as clients and proxies with keep-alive use it.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _socket;
    private readonly NetworkStream _stream;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private string _received = "";

    private RawConnection(TcpClient socket)
    {
        _socket = socket;
        _stream = socket.GetStream();
    }

    public static async Task<RawConnection> OpenAsync(Uri server)
    {
        var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
        return new(socket);
    }

    public Task WriteAsync(string text) => WriteAsync(Encoding.Latin1.GetBytes(text.ReplaceLineEndings("\r\n")));

    public Task WriteAsync(byte[] bytes) => _stream.WriteAsync(bytes, TestContext.Current.CancellationToken).AsTask();

    /// <summary>Reads the next response, whose body has a Content-Length or is chunked.</summary>
    /// <param name="isHeadRequest">Whether the request was HEAD, whose response has no body.</param>
    public async Task<RawResponse> ReadAsync(bool isHeadRequest = false)
    {
        var end = await FindAsync("\r\n\r\n", 0) + 4;
        var head = RawResponse.Parse(_received[..end]);
        var bodyEnd = isHeadRequest || head.Status is 100 or 204 or 304 ? end
            : head.Headers.TryGetValue("Content-Length", out var length) ? end + int.Parse(length, provider: null)
            : await FindAsync("0\r\n\r\n", end) + 5;
        while (_received.Length < bodyEnd)
        {
            await ReceiveAsync();
        }

        var answer = RawResponse.Parse(_received[..bodyEnd]);
        _received = _received[bodyEnd..];
        return answer;
    }

    /// <summary>Reads until the server closes the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        try
        {
            while (true)
            {
                await ReceiveAsync();
            }
        }
        catch (EndOfStreamException)
        {
            return _received;
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<int> FindAsync(string text, int from)
    {
        while (true)
        {
            if (_received.IndexOf(text, from, StringComparison.Ordinal) is >= 0 and var index)
            {
                return index;
            }

            await ReceiveAsync();
        }
    }

    private async Task ReceiveAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        var count = await _stream.ReadAsync(_buffer, timeout.Token);
        _received += count > 0 ? Encoding.Latin1.GetString(_buffer, 0, count) : throw new EndOfStreamException($"closed after: {_received}");
    }
}
