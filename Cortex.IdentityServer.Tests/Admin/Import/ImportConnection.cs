using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Import;

/// <summary>A client that sends and reads exactly when the test says so, which HTTP libraries do not offer. Both directions are chunked.</summary>
internal sealed class ImportConnection : IDisposable
{
    private readonly TcpClient _socket = new() { NoDelay = true };
    private Stream _stream = Stream.Null;
    private StreamReader _reader = StreamReader.Null;
    private string _rest = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Sends the request line and the headers, and reads nothing yet.</summary>
    public static async Task<ImportConnection> OpenAsync(CortexApp app, Tokens tokens)
    {
        var connection = new ImportConnection();
        await connection._socket.ConnectAsync(app.BaseAddress.Host, app.BaseAddress.Port, Cancel);
        connection._stream = connection._socket.GetStream();
        connection._reader = new(connection._stream, Encoding.Latin1);
        await connection.WriteAsync($"""
            POST {ImportSteps.Route} HTTP/1.1
            Host: {app.BaseAddress.Authority}
            Authorization: Bearer {tokens.AccessToken}
            Content-Type: application/x-ndjson
            Transfer-Encoding: chunked


            """.ReplaceLineEndings("\r\n"));
        return connection;
    }

    public Task SendAsync(params IEnumerable<string> lines)
    {
        var text = string.Concat(lines.Select(line => line + '\n'));
        return WriteAsync($"{text.Length:x}\r\n{text}\r\n");
    }

    public Task EndAsync() => WriteAsync("0\r\n\r\n");

    /// <summary>Resets the connection, as happens when a process is killed.</summary>
    public void Break()
    {
        _socket.LingerState = new(enable: true, seconds: 0);
        _socket.Dispose();
    }

    /// <summary>Reads the next line of the response, or returns null at its end.</summary>
    public async Task<JsonElement?> ReadAsync()
    {
        if (_rest.Length == 0)
        {
            await ReadChunkAsync();
        }

        while (_rest.Length > 0 && !_rest.Contains('\n', StringComparison.Ordinal))
        {
            await ReadChunkAsync();
        }

        if (_rest.Length == 0)
        {
            return null;
        }

        var end = _rest.IndexOf('\n', StringComparison.Ordinal);
        var line = _rest[..end];
        _rest = _rest[(end + 1)..];
        return JsonDocument.Parse(line).RootElement;
    }

    /// <summary>Reads the rest of the response.</summary>
    public async Task<ImportAnswers> ReadToEndAsync()
    {
        var lines = new List<JsonElement>();
        while (await ReadAsync() is { } line)
        {
            lines.Add(line);
        }

        return ImportAnswers.Of(lines);
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReadChunkAsync()
    {
        var first = await _reader.ReadLineAsync(Cancel);
        if (first?.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) == true)
        {
            Assert.Equal("HTTP/1.1 200 OK", first);
            while (await _reader.ReadLineAsync(Cancel) is { Length: > 0 })
            {
            }

            first = await _reader.ReadLineAsync(Cancel);
        }

        var chunk =
            new char[int.Parse(
                first ?? throw new IOException("The connection ended before the response."), NumberStyles.HexNumber, CultureInfo.InvariantCulture)];
        Assert.Equal(chunk.Length, await _reader.ReadBlockAsync(chunk, Cancel));
        _rest += new string(chunk);
        await _reader.ReadLineAsync(Cancel);
    }

    private Task WriteAsync(string text) => _stream.WriteAsync(Encoding.UTF8.GetBytes(text), Cancel).AsTask();
}
