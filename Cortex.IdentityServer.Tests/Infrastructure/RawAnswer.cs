using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>An answer to a request that was written to the socket byte by byte.</summary>
internal sealed record RawAnswer(int Status, string Head, string Body)
{
    /// <summary>Sends a GET; each character of a header is one octet, so that what is no UTF-8 can be sent too.</summary>
    public static async Task<RawAnswer> GetAsync(Uri server, string path, params string[] headers)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
        await using var stream = socket.GetStream();
        string[] lines = [$"GET {path} HTTP/1.1", $"Host: {server.Authority}", "Connection: close", .. headers, "", ""];
        await stream.WriteAsync(Encoding.Latin1.GetBytes(string.Join("\r\n", lines)), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return new(int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture), text[..end], text[(end + 4)..]);
    }
}
