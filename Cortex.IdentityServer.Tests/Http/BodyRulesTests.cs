using System.Text;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>The server checks body sizes and media types before it authenticates the caller or hashes a password (OWASP ASVS 4.1.1).</summary>
public sealed class BodyRulesTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Login = "/api/v1/auth/login";
    private const int Limit = 64 * 1024;

    private static readonly string TooLarge = new('x', Limit + 1);

    [Theory]
    [InlineData(Login)]
    [InlineData("/api/v1/auth/2fa/disable")]
    [InlineData("/api/v1/auth/logout")]
    [InlineData("/api/v1/auth/introspect")]
    public async Task A_body_over_64_KiB_is_refused_before_authentication(string route) =>
        await (await app.Anonymous().PostTextAsync(route, TooLarge)).ShouldBeProblemAsync(413, "payload_too_large");

    [Fact]
    public async Task A_chunked_body_over_64_KiB_is_refused_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Login)
        {
            Content = new StringContent("\"" + TooLarge + "\"", Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = true;

        await (await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken)).ShouldBeProblemAsync(413, "payload_too_large");
    }

    [Fact]
    public async Task A_body_of_64_KiB_is_read()
    {
        const string Frame = """{"email":"a@example.com","password":"","recovery_code":""}""";
        var body = Frame.Replace("\"recovery_code\":\"\"", "\"recovery_code\":\"" + new string('x', Limit - Frame.Length) + "\"", StringComparison.Ordinal);
        Assert.Equal(Limit, body.Length);

        await (await app.Anonymous().PostTextAsync(Login, body)).ShouldBeProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task A_password_of_60_kB_is_refused_before_it_is_hashed()
    {
        var problem = await (await app.Anonymous().PostAsync(Login, new { email = "a@example.com", password = new string('p', 60_000) }))
            .ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(["password"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=latin1")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/json; charset=windows-1252")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("not a media type")]
    public async Task An_unsupported_media_type_is_refused(string mediaType) =>
        await (await SendAsync(mediaType)).ShouldBeProblemAsync(415, "unsupported_media_type");

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("application/json; charset=utf8")]
    [InlineData("application/json;charset=UTF8")]
    [InlineData("application/json; charset=US-ASCII")]
    [InlineData("application/json; charset=\"us-ascii\"")]
    [InlineData("application/vnd.api+json; charset=utf8")]
    [InlineData("application/vnd.api+json")]
    public async Task JSON_in_UTF8_is_read(string mediaType) =>
        await (await SendAsync(mediaType)).ShouldBeProblemAsync(400, "validation_failed");

    [Fact]
    public async Task A_body_without_a_media_type_is_refused() => await (await SendAsync(null)).ShouldBeProblemAsync(415, "unsupported_media_type");

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("identity, gzip")]
    public async Task A_compressed_body_is_refused(string encoding)
    {
        var content = new StringContent("{}", Encoding.UTF8, "application/json");
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);

        await (await app.Anonymous().PostAsync(Login, content, TestContext.Current.CancellationToken)).ShouldBeProblemAsync(415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("Identity")]
    [InlineData("identity, identity")]
    public async Task A_body_with_the_encoding_identity_is_read(string encoding)
    {
        var content = new StringContent("{}", Encoding.UTF8, "application/json");
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);

        await (await app.Anonymous().PostAsync(Login, content, TestContext.Current.CancellationToken)).ShouldBeProblemAsync(400, "validation_failed");
    }

    /// <summary>Apache HttpClient declares ISO-8859-1 for its forms by default.</summary>
    [Theory]
    [InlineData("application/x-www-form-urlencoded; charset=ISO-8859-1")]
    [InlineData("application/x-www-form-urlencoded; charset=\"iso-8859-1\"")]
    [InlineData("application/x-www-form-urlencoded; charset=US-ASCII")]
    [InlineData("application/x-www-form-urlencoded; charset=windows-1252")]
    [InlineData("Application/X-WWW-Form-URLencoded;charset=utf8")]
    public async Task The_charset_of_a_form_is_ignored(string mediaType)
    {
        var (_, tokens, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http, "introspect");

        var introspected = await app.WithKey(key)
            .PostAsync("/api/v1/auth/introspect", Form("token=" + tokens.AccessToken), TestContext.Current.CancellationToken);
        var page = await app.Anonymous().PostAsync("/verify-email", Form("token=garbage"), TestContext.Current.CancellationToken);

        Assert.True((await introspected.JsonAsync(System.Net.HttpStatusCode.OK)).GetProperty("active").GetBoolean());
        Assert.Equal(400, (int)page.StatusCode);

        HttpContent Form(string text)
        {
            var content = new ByteArrayContent(Encoding.ASCII.GetBytes(text));
            content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
            return content;
        }
    }

    [Fact]
    public async Task Letters_beyond_ASCII_in_a_form_are_UTF8_whatever_its_charset()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http, "introspect");
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes("token=ü%C3%BC+"));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded; charset=ISO-8859-1");

        var answer = await app.WithKey(key).PostAsync("/api/v1/auth/introspect", content, TestContext.Current.CancellationToken);

        Assert.False((await answer.JsonAsync(System.Net.HttpStatusCode.OK)).GetProperty("active").GetBoolean());
    }

    /// <summary>Proxies forward such headers with an authentication subrequest, whose body they drop.</summary>
    [Theory]
    [InlineData("/api/v1/auth/verify", 204)]
    [InlineData("/api/v1/auth/me", 200)]
    public async Task Headers_about_a_missing_body_are_ignored(string path, int status)
    {
        var (_, tokens, _) = await app.SignUpAsync();

        foreach (var length in new[] { "", "\r\nContent-Length: 0" })
        {
            var answer = await app.FetchRawAsync(
                path, "Authorization: Bearer " + tokens.AccessToken, "Content-Encoding: gzip", "Content-Type: text/plain; charset=ISO-8859-1" + length);

            Assert.Equal(status, answer.Status);
        }
    }

    [Theory]
    [InlineData("whole", false)]
    [InlineData("one byte first", false)]
    [InlineData("byte by byte", false)]
    [InlineData("one byte first", true)]
    public async Task A_byte_order_mark_before_JSON_is_skipped_however_it_arrives(string how, bool inChunks)
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("""{"email":"a@example.com","password":""}""")];
        using var connection = await RawConnection.OpenAsync(app.BaseAddress);
        await connection.WriteAsync(
            $"POST {Login} HTTP/1.1\nHost: x\nContent-Type: "
                + $"application/json\n{(inChunks ? "Transfer-Encoding: chunked" : $"Content-Length: {body.Length}")}\n\n");

        foreach (var piece in how == "whole" ? [body] : how == "byte by byte" ? body.Chunk(1) : [body[..1], body[1..]])
        {
            // Usually long enough for a separate TCP segment. If it isn't, the test only becomes easier to pass.
            await Task.Delay(how == "byte by byte" ? 5 : 100, TestContext.Current.CancellationToken);
            await connection.WriteAsync(inChunks ? [.. Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n"), .. piece, .. "\r\n"u8] : piece);
        }

        await connection.WriteAsync(inChunks ? "0\n\n" : "");
        var answer = await connection.ReadAsync();

        Assert.Equal(400, answer.Status);
        Assert.Contains("validation_failed", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0xEF })]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF })]
    [InlineData(new byte[] { 0xEF, 0xBB, (byte)'{', (byte)'}' })]
    public async Task A_byte_order_mark_alone_or_half_of_one_is_not_JSON(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");

        await (await app.Anonymous().PostAsync(Login, content, TestContext.Current.CancellationToken)).ShouldBeProblemAsync(400, "malformed_request");
    }

    private async Task<HttpResponseMessage> SendAsync(string? mediaType)
    {
        var content = new ByteArrayContent("{}"u8.ToArray());
        if (mediaType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        return await app.Anonymous().PostAsync(Login, content, TestContext.Current.CancellationToken);
    }
}
