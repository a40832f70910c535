using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>Headers that every response carries, whatever produced it (OWASP ASVS 3.4 and 14.3.2).</summary>
public sealed class HeaderTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Theory]
    [InlineData("GET", "/health", null, 200)]
    [InlineData("GET", "/nothing", null, 404)]
    [InlineData("GET", "/api/v1/auth/me", null, 401)]
    [InlineData("GET", "/api/v1/auth/login", null, 405)]
    [InlineData("POST", "/api/v1/auth/login", "{}", 400)]
    [InlineData("POST", "/api/v1/auth/login", "{", 400)]
    [InlineData("POST", "/api/v1/auth/login", """{"email":"a@example.com","password":"wrong password"}""", 401)]
    public async Task Every_response_has_the_security_headers(string method, string path, string? body, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body is null ? null : new StringContent(body, null, "application/json"),
        };

        var answer = await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["no-referrer"], answer.Headers.GetValues("Referrer-Policy"));
        Assert.Equal(["same-origin"], answer.Headers.GetValues("Cross-Origin-Resource-Policy"));
        Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Single(answer.Headers.GetValues("X-Request-Id"));
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("X-Powered-By"));
        Assert.Equal(path.StartsWith("/api", StringComparison.Ordinal) || path == "/health", answer.Headers.CacheControl?.NoStore == true);
    }

    /// <remarks>Pages of any origin may use these documents, however they load them.</remarks>
    [Theory]
    [InlineData("/.well-known/jwks.json")]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/webauthn")]
    [InlineData("/openapi/v1.json")]
    public async Task Public_documents_are_for_every_origin(string path)
    {
        var answer = await app.Anonymous().FetchAsync(path);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(["cross-origin"], answer.Headers.GetValues("Cross-Origin-Resource-Policy"));
    }

    [Fact]
    public async Task Caches_do_not_store_tokens()
    {
        var user = await app.RegisterAsync();

        var answer = await app.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password });

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
    }

    [Theory]
    [InlineData("abc-123")]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950e")]
    [InlineData("req.1:2_3")]
    public async Task A_well_formed_request_id_is_kept(string id) => Assert.Equal(id, await RequestIdAsync(id));

    [Theory]
    [InlineData("a b")]
    [InlineData("<script>")]
    [InlineData("\"; DROP TABLE users")]
    [InlineData("")]
    public async Task A_malformed_request_id_is_replaced(string id) => Assert.Matches("^[0-9a-f]{32}$", await RequestIdAsync(id));

    [Fact]
    public async Task A_long_request_id_is_replaced()
    {
        Assert.Equal(new string('a', 64), await RequestIdAsync(new string('a', 64)));
        Assert.Matches("^[0-9a-f]{32}$", await RequestIdAsync(new string('a', 65)));
    }

    [Fact]
    public async Task Two_request_ids_are_replaced()
    {
        var answer = await RawHttp.SendAsync(app.BaseAddress, "GET /health/live HTTP/1.1\nHost: x\nX-Request-Id: a\nX-Request-Id: b\nConnection: close\n\n");

        Assert.Matches("^[0-9a-f]{32}$", answer.Headers["X-Request-Id"]);
    }

    [Fact]
    public async Task A_line_break_in_a_request_id_adds_no_header()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live?x=%0d%0aX-Evil:%201");
        request.Headers.TryAddWithoutValidation("X-Request-Id", "a%0d%0aX-Evil: 1");

        var answer = await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);

        Assert.False(answer.Headers.Contains("X-Evil"));
        Assert.Matches("^[0-9a-f]{32}$", answer.Headers.GetValues("X-Request-Id").Single());
    }

    [Fact]
    public async Task A_problem_has_the_request_id_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/auth/me");
        request.Headers.Add("X-Request-Id", "my-name");

        var problem = await (await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken)).ShouldBeProblemAsync(401, "unauthenticated");

        Assert.Equal("my-name", problem.GetProperty("trace_id").GetString());
    }

    /// <summary>Links and the issuer come from PUBLIC_URL, whatever the client sends.</summary>
    [Fact]
    public async Task A_Host_header_does_not_affect_the_issuer_or_links()
    {
        var user = await app.RegisterAsync();
        var http = app.Anonymous();
        http.DefaultRequestHeaders.Host = "evil.example";
        http.DefaultRequestHeaders.Add("X-Forwarded-Host", "evil.example");
        http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");

        var login = await (await http.PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password })).JsonAsync(HttpStatusCode.OK);
        var registered = await http.PostAsync("/api/v1/auth/register", new { email = app.NewEmail(), password = user.Password });

        var payload = login.GetProperty("access_token").GetString()!.Split('.')[1];
        var claims = System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(payload));
        Assert.Contains($"\"iss\":\"{CortexApp.Issuer}\"", claims, StringComparison.Ordinal);
        Assert.DoesNotContain("evil.example", claims, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", registered.Headers.Location?.ToString() ?? "", StringComparison.Ordinal);
        Assert.False(registered.Headers.Contains("Strict-Transport-Security"));
    }

    private async Task<string> RequestIdAsync(string wished)
    {
        var answer = await RawHttp.SendAsync(app.BaseAddress, $"GET /health/live HTTP/1.1\nHost: x\nX-Request-Id: {wished}\nConnection: close\n\n");
        Assert.Equal(200, answer.Status);
        return answer.Headers["X-Request-Id"];
    }
}
