using System.Text;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A request whose end two servers could see in two places is refused (security.md H4, H5).</summary>
public sealed class FramingTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Post = "POST /api/v1/auth/login HTTP/1.1\nHost: x\nContent-Type: application/json\n";

    [Theory]
    [InlineData("Content-Length: 5\nTransfer-Encoding: chunked\n", "0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("Content-Length: 2\nContent-Length: 3\n", "{}x")]
    [InlineData("Content-Length: 2\nContent-Length: 2\n", "{}")]
    [InlineData("Content-Length: -1\n", "{}")]
    [InlineData("Content-Length: 2x\n", "{}")]
    [InlineData("Transfer-Encoding: chunked, identity\n", "0\r\n\r\n")]
    public async Task Ambiguous_framing_gets_at_most_one_answer_and_the_connection_ends(string framing, string body)
    {
        var answer = await RawHttp.SendAsync(app.BaseAddress, Post + framing + "\n", Encoding.ASCII.GetBytes(body));

        Assert.Contains(answer.Status, new[] { 400, 501 });
        Assert.DoesNotContain("HTTP/1.1 200", answer.Body, StringComparison.Ordinal);
    }

    /// <summary>CVE-2025-55315: a bare line feed must not end a chunk extension.</summary>
    [Fact]
    public async Task A_line_feed_alone_ends_no_chunk_extension()
    {
        var answer = await RawHttp.SendAsync(
            app.BaseAddress, Post + "Transfer-Encoding: chunked\n\n", "1;\nx\r\n1\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());

        Assert.Equal(400, answer.Status);
        Assert.DoesNotContain("HTTP/1.1 200", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /health/live HTTP/1.1\n\n")]
    [InlineData("GET /health/live HTTP/1.1\nHost: x\nHost: y\n\n")]
    [InlineData("GET /health/live HTTP/9.9\nHost: x\n\n")]
    [InlineData("GET /health/live HTTP/1.1\nHost: x\nX-A: a\0b\n\n")]
    [InlineData("\0\0\0\0\n\n")]
    public async Task A_head_that_is_not_HTTP_is_refused(string head) =>
        Assert.Contains((await RawHttp.SendAsync(app.BaseAddress, head)).Status, new[] { 400, 505 });

    [Fact]
    public async Task Headers_over_32_KiB_and_a_line_over_8_KiB_are_refused()
    {
        Assert.Equal(431, (await RawHttp.SendAsync(app.BaseAddress, $"GET /health/live HTTP/1.1\nHost: x\nX-A: {new string('a', 33 * 1024)}\n\n")).Status);
        Assert.Equal(431, (await RawHttp.SendAsync(app.BaseAddress, $"GET /health/live HTTP/1.1\nHost: x\n{string.Concat(Enumerable.Range(0, 101).Select(number => $"X-{number}: a\n"))}\n")).Status);
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
