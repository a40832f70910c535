using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A server that allows scripts from one origin.</summary>
public sealed class OneOriginApp(PostgresCluster cluster) : CortexApp(cluster)
{
    public const string Origin = "https://app.example.com";

    protected override IEnumerable<(string Name, string Value)> Settings => [("CORS_ORIGINS", Origin)];
}

/// <summary>A server that allows pages and app shells, whose origins are configured in forms that browsers don't send.</summary>
public sealed class ManyOriginsApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("CORS_ORIGINS", "HTTPS://App.Example.com:443/,https://bücher.example,Capacitor://localhost,tauri://localhost,safari-web-extension://E3449EA7-EC25")];
}

/// <summary>A server that allows scripts from every origin, without cookies.</summary>
public sealed class AnyOriginApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("CORS_ORIGINS", "*")];
}

/// <summary>Only listed origins may call the API from a browser, and no other origin is ever reflected (OWASP ASVS 3.4.2).</summary>
public sealed class CorsTests(OneOriginApp listed, ManyOriginsApp many, AnyOriginApp any, CortexApp none)
    : IClassFixture<OneOriginApp>, IClassFixture<ManyOriginsApp>, IClassFixture<AnyOriginApp>, IClassFixture<CortexApp>
{
    private const string Evil = "https://evil.example";

    [Fact]
    public async Task The_listed_origin_is_allowed_on_success_refusal_and_error()
    {
        Assert.Equal(OneOriginApp.Origin, Allowed(await SendAsync(listed, HttpMethod.Get, "/health", OneOriginApp.Origin)));
        Assert.Equal(OneOriginApp.Origin, Allowed(await SendAsync(listed, HttpMethod.Get, "/api/v1/auth/me", OneOriginApp.Origin)));
        Assert.Equal(OneOriginApp.Origin, Allowed(await SendAsync(listed, HttpMethod.Post, "/api/v1/auth/login", OneOriginApp.Origin, "{")));
        Assert.Equal(
            OneOriginApp.Origin, Allowed(await SendAsync(listed, HttpMethod.Post, "/api/v1/auth/login", OneOriginApp.Origin, new string('x', 70_000))));
    }

    [Fact]
    public async Task A_script_may_read_the_entity_tag_the_rate_limit_and_Retry_After()
    {
        var exposed = string.Join(
            ',', (await SendAsync(listed, HttpMethod.Get, "/health", OneOriginApp.Origin)).Headers.GetValues("Access-Control-Expose-Headers"))
            .Split(',');

        string[] readable = ["ETag", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After", "X-Quota-Allowed", "X-Quota-Remaining"];
        Assert.Superset(readable.ToHashSet(), exposed.ToHashSet());
    }

    [Theory]
    [InlineData(Evil)]
    [InlineData("null")]
    [InlineData("http://app.example.com")]
    [InlineData("https://app.example.com.evil.example")]
    [InlineData("https://app.example.com:8443")]
    public async Task An_unlisted_origin_is_not_allowed(string origin)
    {
        foreach (var answer in new[] { await SendAsync(listed, HttpMethod.Get, "/health", origin), await PreflightAsync(listed, origin) })
        {
            Assert.Null(Allowed(answer));
            Assert.False(AllowsCredentials(answer));
        }
    }

    /// <remarks>Browsers send lowercase, Punycode, and no default port (RFC 6454), and app shells have their own schemes.</remarks>
    [Theory]
    [InlineData("https://app.example.com", true)]
    [InlineData("https://xn--bcher-kva.example", true)]
    [InlineData("capacitor://localhost", true)]
    [InlineData("tauri://localhost", true)]
    [InlineData("safari-web-extension://E3449EA7-EC25", true)]
    [InlineData("https://app.example.com:8443", false)]
    [InlineData("http://app.example.com", false)]
    [InlineData("http://localhost", false)]
    [InlineData("ionic://localhost", false)]
    [InlineData("null", false)]
    public async Task An_origin_is_allowed_with_cookies_however_the_operator_wrote_it(string origin, bool isAllowed)
    {
        foreach (var answer in new[] { await PreflightAsync(many, origin), await SendAsync(many, HttpMethod.Get, "/health", origin) })
        {
            Assert.Equal(isAllowed ? origin : null, Allowed(answer));
            Assert.Equal(isAllowed, AllowsCredentials(answer));
        }

        // A cookie from a page of an unlisted origin would get 403.
        var refreshed = await SendAsync(many, HttpMethod.Post, "/api/v1/auth/refresh?use_cookies=true", origin, "{}", ("Cookie", "cortex_refresh=unknown"));
        Assert.Equal(isAllowed ? 401 : 403, (int)refreshed.StatusCode);
    }

    [Fact]
    public async Task Without_a_list_no_origin_is_allowed()
    {
        Assert.Null(Allowed(await SendAsync(none, HttpMethod.Get, "/health", Evil)));
        Assert.Null(Allowed(await PreflightAsync(none, Evil)));
    }

    [Fact]
    public async Task The_preflight_lists_methods_and_headers()
    {
        var answer = await PreflightAsync(listed, OneOriginApp.Origin);

        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Equal(OneOriginApp.Origin, Allowed(answer));
        Assert.Contains("PATCH", string.Join(',', answer.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
        Assert.Contains("If-Match", string.Join(',', answer.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Authorization", string.Join(',', answer.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.OrdinalIgnoreCase);
    }

    /// <remarks>Browsers send the refresh cookie only with credentials.</remarks>
    [Fact]
    public async Task The_listed_origin_may_use_credentials()
    {
        Assert.True(AllowsCredentials(await PreflightAsync(listed, OneOriginApp.Origin)));
        Assert.True(AllowsCredentials(await SendAsync(listed, HttpMethod.Post, "/api/v1/auth/refresh", OneOriginApp.Origin)));
        Assert.False(AllowsCredentials(await SendAsync(none, HttpMethod.Post, "/api/v1/auth/refresh", OneOriginApp.Origin)));
    }

    [Fact]
    public async Task A_star_allows_every_origin_without_credentials()
    {
        foreach (var answer in new[] { await SendAsync(any, HttpMethod.Get, "/health", Evil), await PreflightAsync(any, Evil) })
        {
            Assert.Equal("*", Allowed(answer));
            Assert.False(AllowsCredentials(answer));
        }
    }

    /// <summary>A cache that stored a response without these headers would serve it to browsers, which would then block it.</summary>
    [Theory]
    [InlineData("GET", "/health", 200)]
    [InlineData("HEAD", "/health", 200)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/api/v1/auth/me", 401)]
    [InlineData("GET", "/api/v1/auth/login", 405)]
    [InlineData("POST", "/api/v1/auth/login", 400)]
    [InlineData("GET", "/verify-email?token=a", 200)]
    [InlineData("OPTIONS", "/api/v1/auth/me", 405)]
    public async Task Every_response_varies_by_origin_even_to_a_request_without_one(string method, string path, int status)
    {
        foreach (var origin in new[] { null, OneOriginApp.Origin, Evil })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path)
            {
                Content = method == "POST" ? new StringContent("{", null, "application/json") : null,
            };
            request.Headers.TryAddWithoutValidation("Origin", origin);

            var answer = await listed.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);

            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal(["Origin"], answer.Headers.Vary);
        }
    }

    [Theory]
    [InlineData("/.well-known/jwks.json")]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/oauth-authorization-server")]
    [InlineData("/openapi/v1.json")]
    public async Task Every_origin_may_read_a_public_document(string path)
    {
        foreach (var app in new CortexApp[] { listed, any, none })
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
            {
                Assert.Equal("*", Allowed(await SendAsync(app, method, path, Evil)));
                Assert.Equal("*", Allowed(await SendAsync(app, method, path, OneOriginApp.Origin)));
                using var plain = new HttpRequestMessage(method, path);
                Assert.Equal("*", Allowed(await app.Anonymous().SendAsync(plain, TestContext.Current.CancellationToken)));
            }
        }
    }

    private static Task<HttpResponseMessage> PreflightAsync(CortexApp app, string origin) =>
        SendAsync(
            app, HttpMethod.Options, "/api/v1/auth/me/password", origin, body: null, ("Access-Control-Request-Method", "PATCH"),
            ("Access-Control-Request-Headers", "authorization,content-type,if-match"));

    private static async Task<HttpResponseMessage> SendAsync(
        CortexApp app, HttpMethod method, string path, string origin, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, null, "application/json") };
        request.Headers.Add("Origin", origin);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static bool AllowsCredentials(HttpResponseMessage answer) => answer.Headers.Contains("Access-Control-Allow-Credentials");

    private static string? Allowed(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;
}
