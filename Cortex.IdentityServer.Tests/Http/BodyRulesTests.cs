using System.Text;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>Sizes and media types, refused before the caller or a hash is looked at (security.md H2, H4).</summary>
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
    public async Task A_body_over_64_KiB_is_refused_before_the_caller_is_asked_for(string route) =>
        await (await app.Anonymous().PostTextAsync(route, TooLarge)).ShouldBeProblemAsync(413, "payload_too_large");

    [Fact]
    public async Task Sent_in_chunks_it_is_refused_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Login) { Content = new StringContent("\"" + TooLarge + "\"", Encoding.UTF8, "application/json") };
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
        var problem = await (await app.Anonymous().PostAsync(Login, new { email = "a@example.com", password = new string('p', 60_000) })).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(["password"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=latin1")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("not a media type")]
    public async Task Another_media_type_is_refused(string mediaType) =>
        await (await SendAsync(mediaType)).ShouldBeProblemAsync(415, "unsupported_media_type");

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("application/vnd.api+json")]
    public async Task JSON_in_UTF8_is_read(string mediaType) =>
        await (await SendAsync(mediaType)).ShouldBeProblemAsync(400, "validation_failed");

    [Fact]
    public async Task A_body_of_no_media_type_is_refused() => await (await SendAsync(null)).ShouldBeProblemAsync(415, "unsupported_media_type");

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
