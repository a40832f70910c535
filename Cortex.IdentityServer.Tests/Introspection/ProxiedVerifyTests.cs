using System.Diagnostics;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Introspection;

/// <summary><c>/verify</c> as Envoy's <c>ext_authz</c> asks it: with its client's method, path, query and headers.</summary>
public sealed class ProxiedVerifyTests(SignedInApp app) : IClassFixture<SignedInApp>
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
    public async Task Any_method_and_any_path_below_name_the_caller_or_are_refused(string path)
    {
        var key = await (_key ??= KeyAsync("memory:read"));
        foreach (var method in Methods)
        {
            var known = await SendAsync(method, Verify + path, "X-API-Key: " + key);
            var unknown = await SendAsync(method, Verify + path);

            // Kestrel itself refuses octets that are no text.
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
    public async Task Any_method_is_answered_at_the_path_itself_and_the_query_there_is_the_operators()
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
    public async Task An_operator_whose_proxy_appends_the_query_asks_for_scopes_in_a_header(string scopes, int status)
    {
        var key = await KeyAsync("memory:read", "memory:write");

        Assert.Equal(status, (await SendAsync("POST", Verify + "/data?scope=evil", "X-API-Key: " + key, "X-Auth-Require-Scope: " + scopes)).Status);
        Assert.Equal(status, (await SendAsync("GET", Verify + "?scope=memory:read", "X-API-Key: " + key, "X-Auth-Require-Scope: " + scopes)).Status);
    }

    [Fact]
    public async Task A_client_that_sends_a_line_of_the_header_before_the_proxy_does_cannot_make_another_scope_of_both()
    {
        var key = await KeyAsync("memory:read,memory:write");

        Assert.Equal(
            403,
            (await SendAsync("GET", Verify + "/x", "X-API-Key: " + key, "X-Auth-Require-Scope: memory:read", "X-Auth-Require-Scope: memory:write")).Status);
    }

    [Fact]
    public async Task A_client_that_sends_the_header_too_can_only_ask_for_more()
    {
        var key = await (_key ??= KeyAsync("memory:read"));

        var answer = await SendAsync("GET", Verify + "/data", "X-API-Key: " + key, "X-Auth-Require-Scope: memory:admin", "X-Auth-Require-Scope: memory:read");

        Assert.Equal(403, answer.Status);
    }

    /// <summary>A proxy takes any 2xx for a permission.</summary>
    [Theory]
    [InlineData(Verify)]
    [InlineData(Verify + "/data/items")]
    [InlineData(Verify + "?scope=a")]
    public async Task A_preflight_is_no_permission(string path)
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
    public async Task A_body_is_not_waited_for_and_the_connection_ends_after_the_answer(string framing, string body)
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
    public async Task A_route_whose_name_only_begins_alike_is_another_one()
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
