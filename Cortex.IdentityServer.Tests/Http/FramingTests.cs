using System.Text;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>The server rejects a request whose end another server could see elsewhere (OWASP ASVS 4.2.1; CVE-2025-55315).</summary>
public sealed class FramingTests(CortexApp app) : IClassFixture<CortexApp>
{
    private static (string Admin, string Key) _callers;

    private const string Post = "POST /api/v1/auth/login HTTP/1.1\nHost: x\nContent-Type: application/json\n";

    [Theory]
    [InlineData("Content-Length: 5\nTransfer-Encoding: chunked\n", "0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("Content-Length: 2\nContent-Length: 3\n", "{}x")]
    [InlineData("Content-Length: 2\nContent-Length: 2\n", "{}")]
    [InlineData("Content-Length: -1\n", "{}")]
    [InlineData("Content-Length: 2x\n", "{}")]
    [InlineData("Transfer-Encoding: chunked, identity\n", "0\r\n\r\n")]
    public async Task Ambiguous_framing_gets_at_most_one_response_and_the_connection_closes(string framing, string body)
    {
        var answer = await RawHttp.SendAsync(app.BaseAddress, Post + framing + "\n", Encoding.ASCII.GetBytes(body));

        Assert.Contains(answer.Status, new[] { 400, 501 });
        Assert.DoesNotContain("HTTP/1.1 200", answer.Body, StringComparison.Ordinal);
    }

    /// <summary>CVE-2025-55315: a bare line feed must not end a chunk extension.</summary>
    [Fact]
    public async Task A_bare_line_feed_does_not_end_a_chunk_extension()
    {
        var answer = await RawHttp.SendAsync(
            app.BaseAddress, Post + "Transfer-Encoding: chunked\n\n", "1;\nx\r\n1\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());

        Assert.Equal(400, answer.Status);
        Assert.DoesNotContain("HTTP/1.1 200", answer.Body, StringComparison.Ordinal);
    }

    /// <summary>Kestrel throws different exceptions for different malformed chunks, so every kind of body is tested.</summary>
    [Theory]
    [InlineData("80000000\r\n{}\r\n")]
    [InlineData("FFFFFFFF\r\n{}\r\n")]
    [InlineData("7FFFFFFFFFFFFFFFF\r\n{}\r\n")]
    [InlineData("-1\r\n{}\r\n")]
    [InlineData("0x2\r\n{}\r\n")]
    [InlineData("g\r\n{}\r\n")]
    [InlineData("\r\n{}\r\n")]
    [InlineData(" 2\r\n{}\r\n")]
    [InlineData("2;a\nb\r\n{}\r\n")]
    [InlineData("2\r\n{}}}}\r\n0\r\n\r\n")]
    [InlineData("2\n{}\n0\n\n")]
    public async Task A_malformed_chunk_is_a_client_error_everywhere(string chunk)
    {
        var (admin, key) = await CallersAsync();
        foreach (var (path, headers) in Bodies(admin, key))
        {
            var before = app.Log.Length;

            var answer = await RawHttp.SendAsync(
                app.BaseAddress, $"POST {path} HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n{headers}\n\n", Encoding.ASCII.GetBytes(chunk));

            Assert.True(answer.Status == 400, $"{path}: {answer.Head}");
            Assert.DoesNotContain("   at ", app.Log[before..], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Content-Length: 100", "{\"token\":")]
    [InlineData("Transfer-Encoding: chunked", "a\r\n{\"to")]
    [InlineData("Transfer-Encoding: chunked", "2\r\n{}\r\n")]
    public async Task A_client_that_disconnects_mid_body_leaves_no_error_in_the_log(string framing, string body)
    {
        var (admin, key) = await CallersAsync();
        foreach (var (path, headers) in Bodies(admin, key))
        {
            var before = app.Log.Length;
            using (var socket = new System.Net.Sockets.TcpClient())
            {
                await socket.ConnectAsync(app.BaseAddress.Host, app.BaseAddress.Port, TestContext.Current.CancellationToken);
                await socket.GetStream()
                    .WriteAsync(
                        Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\nHost: x\n{framing}\n{headers}\n\n".ReplaceLineEndings("\r\n") + body),
                        TestContext.Current.CancellationToken);

                // The connection ends in the middle of the body, with a FIN and then with a reset.
                socket.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
                await Task.Delay(50, TestContext.Current.CancellationToken);
                socket.LingerState = new(enable: true, seconds: 0);
            }

            await (await app.Anonymous().FetchAsync("/health/live")).ShouldBeAsync(System.Net.HttpStatusCode.OK);
            Assert.DoesNotContain("Error: ", app.Log[before..], StringComparison.Ordinal);
            Assert.DoesNotContain("Warning: ", app.Log[before..], StringComparison.Ordinal);
        }
    }

    private static (string Path, string Headers)[] Bodies(string admin, string key) =>
    [
        ("/api/v1/auth/login", "Content-Type: application/json"),
        ("/reset-password", "Content-Type: application/x-www-form-urlencoded"),
        ("/verify-email", "Content-Type: application/x-www-form-urlencoded"),
        ("/api/v1/auth/introspect", $"Content-Type: application/json\nX-API-Key: {key}"),
        ("/api/v1/auth/introspect", $"Content-Type: application/x-www-form-urlencoded\nX-API-Key: {key}"),
        ("/api/v1/admin/users/import", $"Content-Type: application/x-ndjson\nAuthorization: Bearer {admin}"),
    ];

    private async Task<(string Admin, string Key)> CallersAsync()
    {
        if (_callers == default)
        {
            var staff = await app.SignUpStaffAsync();
            var (_, _, http) = await app.SignUpAsync();
            _callers = (staff.Tokens.AccessToken, (await CortexApp.GenerateKeyAsync(http, "introspect")).Key);
        }

        return _callers;
    }

    [Theory]
    [InlineData("GET /health/live HTTP/1.1\n\n")]
    [InlineData("GET /health/live HTTP/1.1\nHost: x\nHost: y\n\n")]
    [InlineData("GET /health/live HTTP/9.9\nHost: x\n\n")]
    [InlineData("GET /health/live HTTP/1.1\nHost: x\nX-A: a\0b\n\n")]
    [InlineData("\0\0\0\0\n\n")]
    public async Task A_request_that_is_not_HTTP_is_refused(string head) =>
        Assert.Contains((await RawHttp.SendAsync(app.BaseAddress, head)).Status, new[] { 400, 505 });

    [Fact]
    public async Task Headers_over_32_KiB_and_a_request_line_over_8_KiB_are_refused()
    {
        Assert.Equal(431, (await RawHttp.SendAsync(app.BaseAddress, $"GET /health/live HTTP/1.1\nHost: x\nX-A: {new string('a', 33 * 1024)}\n\n")).Status);
        Assert.Equal(
            431,
            (await RawHttp.SendAsync(
                app.BaseAddress,
                $"GET /health/live HTTP/1.1\nHost: x\n{string.Concat(Enumerable.Range(0, 101).Select(number => $"X-{number}: a\n"))}\n")).Status);
        Assert.Equal(414, (await RawHttp.SendAsync(app.BaseAddress, $"GET /{new string('a', 9 * 1024)} HTTP/1.1\nHost: x\n\n")).Status);
    }

    [Theory]
    [InlineData("Authorization: Bearer a\nX-API-Key: b\n")]
    [InlineData("Authorization: Bearer a\nAuthorization: Bearer b\n")]
    [InlineData("X-API-Key: a\nX-API-Key: b\n")]
    public async Task Two_credentials_are_refused(string headers)
    {
        var answer = await RawHttp.SendAsync(app.BaseAddress, $"GET /api/v1/auth/me HTTP/1.1\nHost: x\n{headers}Connection: close\n\n");

        Assert.Equal(400, answer.Status);
        Assert.Contains("\"code\":\"malformed_request\"", answer.Body, StringComparison.Ordinal);
    }
}
