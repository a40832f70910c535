using System.Diagnostics;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Introspection;

/// <summary>Calls <c>/verify</c> as Envoy's <c>ext_authz</c> does, with the method, path, query, and headers of Envoy's client.</summary>
public sealed class ProxiedVerifyTests(SharedUserApp app) : IClassFixture<SharedUserApp>
{
    private const string Verify = "/api/v1/auth/verify";

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY"];

    private Task<string>? _key;

    [Theory]
    [InlineData("/data/items?x=1&scope=evil")]
    [InlineData("/")]
    [InlineData("/?scope=evil")]
    [InlineData("//data//items")]
    [InlineData("/a%2Fb%2f..%2f?scope=evil")]
    [InlineData("/../../../../health/live")]
    [InlineData("/../me?scope=evil")]
    [InlineData("/%2e%2e/%2E%2E/../health")]
    [InlineData("/./..;/verify/..")]
    [InlineData("/api/v1/auth/login")]
    [InlineData("/%00%0d%0a%ff")]
    [InlineData("/caf%C3%A9/a%20b/*:{}|<>")]
    public async Task Any_method_on_any_path_below_the_route_identifies_the_caller_or_is_refused(string path)
    {
        var key = await (_key ??= KeyAsync("memory:read"));
        foreach (var method in Methods)
        {
            var known = await SendAsync(method, Verify + path, "X-API-Key: " + key);
            var unknown = await SendAsync(method, Verify + path);

            // Kestrel itself refuses bytes that are not valid text.
            if (path.Contains("%00", StringComparison.Ordinal) && known.Status == 400)
            {
                continue;
            }

            Assert.True(known.Status == 204, $"{method} {path}: {known.Status}");
            Assert.NotEmpty(known.Headers["X-Auth-User-Id"]);
            Assert.Equal("no-store", known.Headers["Cache-Control"]);
            Assert.Equal("memory:read", known.Headers["X-Auth-Scopes"]);
            Assert.True(unknown.Status == 401, $"{method} {path}: {unknown.Status}");
        }
    }

    [Fact]
    public async Task The_route_itself_accepts_any_method_and_its_query_belongs_to_the_operator()
    {
        var key = await (_key ??= KeyAsync("memory:read"));
        foreach (var method in Methods)
        {
            Assert.Equal(204, (await SendAsync(method, Verify, "X-API-Key: " + key)).Status);
            Assert.Equal(204, (await SendAsync(method, Verify + "?scope=memory:read", "X-API-Key: " + key)).Status);
            Assert.Equal(403, (await SendAsync(method, Verify + "?scope=memory:write", "X-API-Key: " + key)).Status);
            Assert.Equal(403, (await SendAsync(method, Verify + "?scope=memory:read&scope=memory:write", "X-API-Key: " + key)).Status);
            Assert.Equal(401, (await SendAsync(method, Verify)).Status);
        }
    }

    [Theory]
    [InlineData("memory:read", 204)]
    [InlineData("memory:read memory:write", 204)]
    [InlineData("memory:admin", 403)]
    [InlineData("memory:read memory:admin", 403)]
    [InlineData("memory:read, memory:write", 204)]
    [InlineData("memory:read,memory:admin", 403)]
    [InlineData(", ", 403)]
    [InlineData("", 403)]
    public async Task An_operator_whose_proxy_appends_the_query_can_require_scopes_in_a_header(string scopes, int status)
    {
        var key = await KeyAsync("memory:read", "memory:write");

        Assert.Equal(status, (await SendAsync("POST", Verify + "/data?scope=evil", "X-API-Key: " + key, "X-Auth-Require-Scope: " + scopes)).Status);
        Assert.Equal(status, (await SendAsync("GET", Verify + "?scope=memory:read", "X-API-Key: " + key, "X-Auth-Require-Scope: " + scopes)).Status);
    }

    [Fact]
    public async Task A_client_cannot_form_another_scope_by_sending_the_header_before_the_proxy_does()
    {
        var key = await KeyAsync("memory:read,memory:write");

        Assert.Equal(
            403,
            (await SendAsync("GET", Verify + "/x", "X-API-Key: " + key, "X-Auth-Require-Scope: memory:read", "X-Auth-Require-Scope: memory:write")).Status);
    }

    [Fact]
    public async Task A_client_that_also_sends_the_header_can_only_require_more_scopes()
    {
        var key = await (_key ??= KeyAsync("memory:read"));

        var answer = await SendAsync("GET", Verify + "/data", "X-API-Key: " + key, "X-Auth-Require-Scope: memory:admin", "X-Auth-Require-Scope: memory:read");

        Assert.Equal(403, answer.Status);
    }

    /// <summary>A proxy treats any 2xx response as permission.</summary>
    [Theory]
    [InlineData(Verify)]
    [InlineData(Verify + "/data/items")]
    [InlineData(Verify + "?scope=a")]
    public async Task A_preflight_request_is_never_permitted(string path)
    {
        using var http = app.StartReplica(out var replica, ("CORS_ORIGINS", "https://app.example.com"));
        using var _ = replica;
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", "https://app.example.com");
        request.Headers.Add("Access-Control-Request-Method", "POST");

        await (await http.SendAsync(request, TestContext.Current.CancellationToken)).ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Theory]
    [InlineData("Content-Length: 10000000", "")]
    [InlineData("Content-Length: 5", "hello")]
    [InlineData("Transfer-Encoding: chunked", "5\nhello\n")]
    [InlineData("Transfer-Encoding: chunked", "80000000\nhello\n")]
    public async Task The_server_does_not_wait_for_a_body_and_closes_the_connection_after_the_response(string framing, string body)
    {
        var key = await (_key ??= KeyAsync("memory:read"));
        foreach (var (credential, status) in new[] { ("X-API-Key: " + key, 204), ("X-A: b", 401) })
        {
            using var connection = await RawConnection.OpenAsync(app.BaseAddress);
            await connection.WriteAsync(
                $"POST {Verify}/upload HTTP/1.1\nHost: x\n{credential}\n{framing}\nContent-Encoding: gzip\nContent-Type: image/png\n\n{body}");
            var started = Stopwatch.GetTimestamp();

            var answer = await connection.ReadAsync();

            Assert.Equal(status, answer.Status);
            Assert.Equal("close", answer.Headers["Connection"]);
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1.5));
        }
    }

    [Fact]
    public async Task A_route_that_only_shares_the_prefix_is_a_different_route()
    {
        Assert.Equal(404, (await SendAsync("GET", Verify + "x")).Status);
        Assert.Equal(405, (await SendAsync("GET", Verify + "-email")).Status);
    }

    private async Task<string> KeyAsync(params string[] scopes)
    {
        var (_, _, http) = await app.CallerAsync();
        return (await CortexApp.GenerateKeyAsync(http, scopes)).Key;
    }

    private Task<RawResponse> SendAsync(string method, string target, params string[] headers) => RawHttp.SendAsync(
        app.BaseAddress, string.Join('\n', [$"{method} {target} HTTP/1.1", "Host: x", "Connection: close", .. headers, "", ""]));
}
