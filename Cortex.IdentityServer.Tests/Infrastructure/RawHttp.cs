using System.Net.Sockets;
using System.Text;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Sends requests byte for byte, for what HttpClient refuses to send.</summary>
internal static class RawHttp
{
    /// <summary>Sends bytes and reads until the server closes the connection, as it does after a bad request or with <c>Connection: close</c>.</summary>
    public static async Task<RawResponse> SendAsync(Uri server, string head, byte[]? body = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Host, server.Port, cancellation);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.ReplaceLineEndings("\r\n")), cancellation);
        if (body is not null)
        {
            await stream.WriteAsync(body, cancellation);
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(TimeSpan.FromSeconds(10));
        using var received = new MemoryStream();
        await stream.CopyToAsync(received, timeout.Token);
        return RawResponse.Parse(Encoding.UTF8.GetString(received.ToArray()));
    }
}

/// <summary>A parsed HTTP/1.1 response.</summary>
internal sealed record RawResponse(int Status, string Head, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public static RawResponse Parse(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Assert.True(end > 0, $"not an HTTP response: {text}");
        var lines = text[..end].Split("\r\n");
        return new(
            int.Parse(lines[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture),
            text[..end],
            lines
                .Skip(1)
                .Select(line => line.Split(": ", 2))
                .ToDictionary(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "", StringComparer.OrdinalIgnoreCase),
            text[(end + 4)..]);
    }
}
