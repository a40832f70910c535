using System.Diagnostics;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>Clients that send slowly, endlessly, or too much don't affect others and can't hold a connection for long.</summary>
[Collection(FaultTests.Name)]
public sealed class SlowClientTests(TwoServers servers) : IAsyncLifetime
{
    private const int MaxConnections = 20;
    private const string Post = "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => servers.RestoreAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Slow_endless_compressed_and_deeply_nested_requests_end_in_time_while_others_are_served()
    {
        var person = await servers.A.SignUpAsync();
        var hostile = Task.WhenAll(
            ShouldEndAsync("headers that trickle", [408], (stream, ct) => TrickleAsync(stream, "GET /health HTTP/1.1\r\nX-Slow: ", ct)),
            ShouldEndAsync("a body that trickles", [408], (stream, ct) => TrickleAsync(stream, Post + "Content-Length: 60000\r\n\r\n{\"email\":\"", ct)),
            ShouldEndAsync("an endless body", [413], (stream, ct) => SendEndlessAsync(stream, ct)),
            ShouldEndAsync("a body that declares too large a length", [413], (stream, ct) => SendAsync(stream, Post + "Content-Length: 65537\r\n\r\n", ct)),
            ShouldEndAsync("a compressed body", [415], (stream, ct) => SendCompressedAsync(stream, ct)),
            ShouldEndAsync("a deeply nested body", [400], (stream, ct) => SendDeepAsync(stream, ct)));

        while (!hostile.IsCompleted)
        {
            var started = Stopwatch.GetTimestamp();
            Assert.Equal(204, await servers.A.VerifyAsync(person.Token));
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1), "other clients have to wait");
            await Task.Delay(50, Cancel);
        }

        await hostile;
    }

    [Fact]
    public async Task A_connection_over_the_limit_is_closed_immediately_until_another_one_ends()
    {
        await using var server = await servers.StartAsync(servers.Postgres.ConnectionString, ("MAX_CONNECTIONS", $"{MaxConnections}"));
        var idle = new List<TcpClient>();
        try
        {
            for (var count = 0; count < MaxConnections; count++)
            {
                idle.Add(await ConnectAsync(server));
                Assert.Equal(200, await GetLivenessAsync(idle[^1]));
            }

            using (var excess = await ConnectAsync(server))
            {
                Assert.Equal(0, await GetLivenessAsync(excess));
            }

            Assert.Equal(200, await GetLivenessAsync(idle[0]));
        }
        finally
        {
            idle.ForEach(connection => connection.Dispose());
        }

        await Poll.UntilAsync(TimeSpan.FromSeconds(20), "room", async () =>
        {
            using var another = await ConnectAsync(server);
            return await GetLivenessAsync(another) == 200;
        });
    }

    /// <summary>Checks the status of the response, and that the connection ends in time.</summary>
    private async Task ShouldEndAsync(string what, int[] expected, Func<NetworkStream, CancellationToken, Task> send)
    {
        using var connection = await ConnectAsync(servers.A);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var started = Stopwatch.GetTimestamp();
        var sending = SendUntilClosedAsync(connection, send, stopping.Token);
        var answer = await ReadToEndAsync(connection);
        var elapsed = Stopwatch.GetElapsedTime(started);
        await stopping.CancelAsync();
        await sending;

        Assert.True(elapsed < Limit, $"{what}: {elapsed.TotalSeconds:0.0} s");
        Assert.True(expected.Contains(StatusOf(answer)), $"{what}: {answer}");
    }

    private static async Task SendUntilClosedAsync(TcpClient connection, Func<NetworkStream, CancellationToken, Task> send, CancellationToken stopping)
    {
        try
        {
            await send(connection.GetStream(), stopping);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
        }
    }

    /// <summary>
    /// Reads until the server closes the connection. If the client is still sending, the connection is reset, perhaps before the response has been read.
    /// </summary>
    private static async Task<string> ReadToEndAsync(TcpClient connection)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        timeout.CancelAfter(Limit);
        try
        {
            for (int count; (count = await connection.GetStream().ReadAsync(buffer, timeout.Token)) > 0;)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (IOException)
        {
        }

        return text.ToString();
    }

    private static int StatusOf(string answer) => answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(answer.AsSpan(9, 3), provider: null) : 0;

    private static async Task<TcpClient> ConnectAsync(Replica server)
    {
        var connection = new TcpClient { NoDelay = true };
        await connection.ConnectAsync(server.Address.Host, server.Address.Port, Cancel);
        return connection;
    }

    /// <summary>Sends a request on an open connection. Returns 0 if the server closed the connection instead.</summary>
    private static async Task<int> GetLivenessAsync(TcpClient connection)
    {
        try
        {
            var stream = connection.GetStream();
            await stream.WriteAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Cancel);
            var answer = "";
            var buffer = new byte[4096];
            for (int count; !answer.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal) && (count = await stream.ReadAsync(buffer, Cancel)) > 0;)
            {
                answer += Encoding.Latin1.GetString(buffer, 0, count);
            }

            return StatusOf(answer);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static Task SendAsync(NetworkStream stream, string text, CancellationToken ct) => stream.WriteAsync(Encoding.Latin1.GetBytes(text), ct).AsTask();

    private static async Task TrickleAsync(NetworkStream stream, string begin, CancellationToken ct)
    {
        await SendAsync(stream, begin, ct);
        while (true)
        {
            await SendAsync(stream, "x", ct);
            await Task.Delay(500, ct);
        }
    }

    private static async Task SendEndlessAsync(NetworkStream stream, CancellationToken ct)
    {
        await SendAsync(stream, Post + "Transfer-Encoding: chunked\r\n\r\n", ct);
        var chunk = "1000\r\n" + new string(' ', 0x1000) + "\r\n";
        while (true)
        {
            await SendAsync(stream, chunk, ct);
            await Task.Delay(50, ct);
        }
    }

    private static async Task SendCompressedAsync(NetworkStream stream, CancellationToken ct)
    {
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[10_000_000], ct);
        }

        await SendAsync(stream, Post + $"Content-Encoding: gzip\r\nConnection: close\r\nContent-Length: {compressed.Length}\r\n\r\n", ct);
        await stream.WriteAsync(compressed.ToArray(), ct);
    }

    private static Task SendDeepAsync(NetworkStream stream, CancellationToken ct)
    {
        var body = """{"email":""" + new string('[', 30_000);
        return SendAsync(stream, Post + $"Connection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}", ct);
    }
}
