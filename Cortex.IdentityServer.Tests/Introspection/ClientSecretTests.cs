using System.Net;
using System.Text;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Introspection;

/// <summary>
/// Standard introspection clients send an API key as the secret of <c>client_secret_basic</c> or as a bearer token (RFC 6749, section 2.3.1; RFC 7662,
/// section 2.1).
/// </summary>
public sealed class ClientSecretTests(SharedUserApp app) : IClassFixture<SharedUserApp>
{
    private const string Route = "/api/v1/auth/introspect";

    [Theory]
    [InlineData("Basic", "my-client:{key}")]
    [InlineData("basic", ":{key}")]
    [InlineData("Basic", "https%3A%2F%2Fclient.example:{encoded}")]
    [InlineData("Bearer", "{key}")]
    [InlineData("bearer", "{key}")]
    public async Task A_key_with_the_scope_is_accepted(string scheme, string credentials)
    {
        var (_, tokens, _) = await app.CallerAsync();
        var key = await KeyAsync("introspect");
        using var http = With(
            scheme,
            credentials.Replace("{key}", key, StringComparison.Ordinal)
                .Replace("{encoded}", key.Replace("_", "%5F", StringComparison.Ordinal), StringComparison.Ordinal));

        var answer = await http.PostFormAsync(Route, ("token", tokens.AccessToken));

        Assert.True((await answer.JsonAsync(HttpStatusCode.OK)).GetProperty("active").GetBoolean());
    }

    [Theory]
    [InlineData("Basic", "client:{key}")]
    [InlineData("Bearer", "{key}")]
    public async Task A_key_without_the_scope_is_refused(string scheme, string credentials)
    {
        using var http = With(scheme, credentials.Replace("{key}", await KeyAsync(), StringComparison.Ordinal));

        await (await http.PostFormAsync(Route, ("token", "a"))).ShouldBeProblemAsync(403, "insufficient_scope");
    }

    [Theory]
    [InlineData("Basic", "client:")]
    [InlineData("Basic", "client")]
    [InlineData("Basic", "{key}:client")]
    [InlineData("Basic", "client:{key}x")]
    [InlineData("Basic", "client:%zz%")]
    [InlineData("Bearer", "ctx_x")]
    [InlineData("Bearer", "{key}x")]
    public async Task Anything_else_gets_401(string scheme, string credentials)
    {
        using var http = With(scheme, credentials.Replace("{key}", await KeyAsync("introspect"), StringComparison.Ordinal));

        await (await http.PostFormAsync(Route, ("token", "a"))).ShouldBeProblemAsync(401, "invalid_api_key");
    }

    [Theory]
    [InlineData("Basic !!")]
    [InlineData("Basic")]
    [InlineData("Basic =")]
    public async Task Credentials_that_are_not_base64_get_401(string header)
    {
        var answer = await RawHttp.SendAsync(
            app.BaseAddress,
            $"POST {Route} HTTP/1.1\nHost: x\nConnection: close\nAuthorization: {header}\nContent-Type: "
                + "application/x-www-form-urlencoded\nContent-Length: 7\n\n", "token=a"u8.ToArray());

        Assert.Equal(401, answer.Status);
    }

    [Theory]
    [InlineData("Basic", "client:{key}")]
    [InlineData("Bearer", "{key}")]
    public async Task No_other_route_accepts_such_a_credential(string scheme, string credentials)
    {
        using var http = With(scheme, credentials.Replace("{key}", await KeyAsync("introspect"), StringComparison.Ordinal));

        foreach (var path in new[] { "/api/v1/auth/me", "/api/v1/auth/verify", "/api/v1/auth/sessions", "/api/v1/admin/users" })
        {
            await (await http.FetchAsync(path)).ShouldBeProblemAsync(401, scheme == "Basic" ? "unauthenticated" : "invalid_token");
        }
    }

    [Fact]
    public async Task Two_credentials_are_refused()
    {
        var key = await KeyAsync("introspect");
        using var http = With("Basic", "client:" + key);
        http.DefaultRequestHeaders.Add("X-API-Key", key);

        await (await http.PostFormAsync(Route, ("token", "a"))).ShouldBeProblemAsync(400, "malformed_request");
    }

    [Fact]
    public async Task An_administrators_access_token_is_still_accepted_as_a_bearer_token()
    {
        var admin = await app.SignUpStaffAsync();

        Assert.True(
            (await (await admin.Http.PostFormAsync(Route, ("token", admin.Tokens.AccessToken))).JsonAsync(HttpStatusCode.OK))
                .GetProperty("active")
                .GetBoolean());
    }

    private async Task<string> KeyAsync(params string[] scopes)
    {
        var (_, _, http) = await app.CallerAsync();
        return (await CortexApp.GenerateKeyAsync(http, scopes)).Key;
    }

    private HttpClient With(string scheme, string credentials)
    {
        var http = app.Anonymous();
        http.DefaultRequestHeaders.Authorization = new(
            scheme, scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) ? Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)) : credentials);
        return http;
    }
}
