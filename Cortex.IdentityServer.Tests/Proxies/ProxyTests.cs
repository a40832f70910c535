using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Proxies;

/// <summary>Runs the configurations in <c>deploy/proxies</c>.</summary>
public sealed class ProxyTests(ProxiedApp app) : IClassFixture<ProxiedApp>
{
    private const string Protected = "api.example.com";
    private const string Identity = "auth.example.com";
    private const int Upload = 5_000_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    [InlineData("haproxy")]
    public async Task A_valid_request_reaches_the_application_with_its_callers_identity(string name)
    {
        var (userId, key) = await app.KeyAsync("pro", "memory:read");
        await using var proxy = await ProxyProcess.StartAsync(name, app.BaseAddress, app.Application);
        using var http = proxy.ClientOf(Protected);
        foreach (var method in new[] { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/data/../items%2Fa?x=1&scope=evil");
            request.Headers.Add("X-API-Key", key);
            request.Headers.Add("X-Auth-User-Id", "forged");
            request.Headers.Add("X-Auth-Scopes", "forged");
            request.Headers.Add("X-Auth-Require-Scope", "forged");
            request.Content = method is "POST" or "PUT" or "PATCH" ? new StringContent("hello") : null;

            using var answer = await http.SendAsync(request, Ct);

            await answer.ShouldBeAsync(HttpStatusCode.OK);
            var seen = Seen(answer);
            Assert.Equal(method, seen.GetProperty("method").GetString());
            Assert.EndsWith("?x=1&scope=evil", seen.GetProperty("target").GetString(), StringComparison.Ordinal);
            Assert.Equal(userId.ToString(), seen.GetProperty("headers").GetProperty("x-auth-user-id").GetString());
            Assert.Equal("memory:read", seen.GetProperty("headers").GetProperty("x-auth-scopes").GetString());
            Assert.Equal("pro", seen.GetProperty("headers").GetProperty("x-auth-tier").GetString());
        }
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    [InlineData("haproxy")]
    public async Task An_upload_reaches_the_application_whatever_its_type_and_encoding(string name)
    {
        var (_, key) = await app.KeyAsync("pro");
        await using var proxy = await ProxyProcess.StartAsync(name, app.BaseAddress, app.Application);
        using var http = proxy.ClientOf(Protected);
        foreach (var (type, encoding) in new[] { ("text/plain; charset=ISO-8859-1", "gzip"), ("image/png", "br"), ("not a type", null) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/upload");
            request.Headers.Add("X-API-Key", key);
            request.Content = new ByteArrayContent(new byte[Upload]);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            if (encoding is not null)
            {
                request.Content.Headers.ContentEncoding.Add(encoding);
            }

            using var answer = await http.SendAsync(request, Ct);

            await answer.ShouldBeAsync(HttpStatusCode.OK);
            Assert.Equal(Upload, Seen(answer).GetProperty("length").GetInt32());
        }
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    [InlineData("haproxy")]
    public async Task A_client_sees_why_it_was_refused(string name)
    {
        var (_, key) = await app.KeyAsync("pro", "memory:read");
        var (_, withoutScope) = await app.KeyAsync("pro");
        var (_, busyKey) = await app.KeyAsync("free", "memory:read");
        var (_, usedUp) = await app.KeyAsync("enterprise", "memory:read");
        await using var proxy = await ProxyProcess.StartAsync(
            name, app.BaseAddress, app.Application, query: "scope=memory:read&meter=1&endpoint=/v1/chat");
        using var http = proxy.ClientOf(Protected);

        using var anonymous = await FetchAsync(http, "/");
        await anonymous.ShouldBeAsync(HttpStatusCode.Unauthorized);
        Assert.Contains("Bearer", anonymous.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Contains("ApiKey", anonymous.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        await (await FetchAsync(http, "/", ("X-API-Key", key[..^1] + "!"))).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await FetchAsync(http, "/", ("X-API-Key", withoutScope))).ShouldBeAsync(HttpStatusCode.Forbidden);
        await (await FetchAsync(http, "/", ("X-API-Key", key), ("Authorization", "Bearer a.b.c"))).ShouldBeAsync(HttpStatusCode.BadRequest);
        await ShouldEndWith429Async(http, busyKey, ProxiedApp.FreeLimit);
        await ShouldEndWith429Async(http, usedUp, ProxiedApp.EnterpriseQuota);

        using var broken = await FetchAsync(http, "/broken", ("X-API-Key", key));
        await broken.ShouldBeAsync(HttpStatusCode.InternalServerError);
        Assert.True(broken.Headers.Contains("X-Seen"), "the error has to be the application's own");
    }

    /// <remarks>This nginx would turn 429 into 500 without the location <c>@auth_failed</c>, which the configuration has.</remarks>
    [Fact]
    public async Task With_deny_status_a_proxy_that_knows_only_401_and_403_refuses_with_it()
    {
        var (_, key) = await app.KeyAsync("free");
        using var http = app.WithKey(key);
        for (var count = 0; count < ProxiedApp.FreeLimit; count++)
        {
            await (await http.FetchAsync("/api/v1/auth/verify?deny_status=403")).ShouldBeAsync(HttpStatusCode.NoContent);
        }

        using var forbidden = await http.FetchAsync("/api/v1/auth/verify?deny_status=403");
        using var unauthorized = await http.FetchAsync("/api/v1/auth/verify?deny_status=401");
        using var below = await http.FetchAsync("/api/v1/auth/verify/?deny_status=403");
        using var both = await FetchAsync(http, "/api/v1/auth/verify?deny_status=403", ("Authorization", "Bearer a.b.c"));
        using var invalid = await app.WithKey((await app.KeyAsync("pro")).Key).FetchAsync("/api/v1/auth/verify?deny_status=404");

        await forbidden.ShouldBeAsync(HttpStatusCode.Forbidden);
        Assert.Equal("429", Assert.Single(forbidden.Headers.GetValues("X-Auth-Status")));
        Assert.True(forbidden.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal("rate_limited", (await forbidden.JsonAsync(HttpStatusCode.Forbidden)).GetProperty("code").GetString());
        await unauthorized.ShouldBeAsync(HttpStatusCode.Unauthorized);
        Assert.NotEmpty(unauthorized.Headers.WwwAuthenticate);
        await both.ShouldBeAsync(HttpStatusCode.Forbidden);

        // Below the path, the query belongs to the proxy's client.
        await below.ShouldBeProblemAsync(429, "rate_limited");
        await invalid.ShouldBeProblemAsync(400, "validation_failed");
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    [InlineData("haproxy")]
    public async Task Clients_connect_over_TLS_with_HTTP_2(string name)
    {
        var (userId, key) = await app.KeyAsync("pro");
        await using var proxy = await ProxyProcess.StartAsync(name, app.BaseAddress, app.Application);
        using var application = proxy.TlsClientOf(Protected);
        using var identity = proxy.TlsClientOf(Identity);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Add("X-API-Key", key);

        using var answer = await application.SendAsync(request, Ct);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(userId.ToString(), Seen(answer).GetProperty("headers").GetProperty("x-auth-user-id").GetString());
        Assert.Equal("https", Seen(answer).GetProperty("headers").GetProperty("x-forwarded-proto").GetString());
        await ReadyAsync(identity);
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    [InlineData("haproxy")]
    public async Task Without_the_database_the_client_is_told_when_to_retry(string name)
    {
        var (_, unused) = await app.KeyAsync("pro");
        await using var proxy = await ProxyProcess.StartAsync(name, app.BaseAddress, app.Application);
        using var http = proxy.ClientOf(Protected);
        await app.Wire.CutAsync();
        try
        {
            using var answer = await FetchAsync(http, "/", ("X-API-Key", unused));

            await answer.ShouldBeAsync(HttpStatusCode.ServiceUnavailable);
            Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }
        finally
        {
            app.Wire.Restore();
        }
    }

    /// <summary>On connections that the proxy keeps open, refusing a body before it was read must not break another client's request.</summary>
    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    [InlineData("haproxy")]
    public async Task The_request_after_a_refused_upload_is_never_lost(string name)
    {
        await using var proxy = await ProxyProcess.StartAsync(name, app.BaseAddress, app.Application);
        using var http = proxy.ClientOf(Identity);
        await ReadyAsync(http);
        for (var count = 0; count < 100; count++)
        {
            using var large = await PostAsync(http, new string('x', 70_000 + (count * 1_800)));
            using var small = await PostAsync(http, "{}");

            await large.ShouldBeProblemAsync(413, "payload_too_large");
            await small.ShouldBeProblemAsync(400, "validation_failed");
        }
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    [InlineData("haproxy")]
    public async Task The_identity_server_is_reachable_with_GET_and_HEAD_and_with_a_credential(string name)
    {
        var (_, _, caller) = await app.SignUpAsync();
        await using var proxy = await ProxyProcess.StartAsync(name, app.BaseAddress, app.Application);
        using var http = proxy.ClientOf(Identity);
        await ReadyAsync(http);

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var request = new HttpRequestMessage(method, "/health");
            await (await http.SendAsync(request, Ct)).ShouldBeAsync(HttpStatusCode.OK);
        }

        using var sessions = await FetchAsync(http, "/api/v1/auth/sessions", ("Authorization", caller.DefaultRequestHeaders.Authorization!.ToString()));
        await sessions.ShouldBeAsync(HttpStatusCode.OK);
    }

    private static async Task ShouldEndWith429Async(HttpClient http, string key, int allowed)
    {
        for (var count = 0; count < allowed; count++)
        {
            await (await FetchAsync(http, "/", ("X-API-Key", key))).ShouldBeAsync(HttpStatusCode.OK);
        }

        using var refused = await FetchAsync(http, "/", ("X-API-Key", key));
        await refused.ShouldBeAsync(HttpStatusCode.TooManyRequests);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.False(refused.Headers.Contains("X-Seen"), "the request must not reach the application");
    }

    /// <summary>HAProxy sends nothing before its first health check has passed.</summary>
    private static async Task ReadyAsync(HttpClient http)
    {
        for (var tries = 0; tries < 300; tries++)
        {
            using var answer = await http.FetchAsync("/health/live");
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(100, Ct);
        }

        Assert.Fail("the proxy does not reach the server");
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient http, string body) => http.PostTextAsync("/api/v1/auth/login", body);

    private static async Task<HttpResponseMessage> FetchAsync(HttpClient http, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request, Ct);
    }

    private static JsonElement Seen(HttpResponseMessage answer) => JsonDocument.Parse(answer.Headers.GetValues("X-Seen").Single()).RootElement;
}
