using System.Text;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary><c>WWW-Authenticate</c> has one challenge for each scheme that the route accepts, with the error (RFC 6750 section 3).</summary>
public sealed class ChallengeTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Bearer = "Bearer realm=\"Cortex Identity\"";
    private const string ApiKey = "ApiKey realm=\"Cortex Identity\"";
    private const string Basic = "Basic realm=\"Cortex Identity\"";

    private static readonly string UnknownKey = "an-unknown-key-of-another-server";

    [Theory]
    [InlineData("GET", "/api/v1/auth/sessions", Bearer)]
    [InlineData("GET", "/api/v1/admin/users", Bearer)]
    [InlineData("GET", "/api/v1/auth/me", Bearer + ", " + ApiKey)]
    [InlineData("GET", "/api/v1/auth/verify", Bearer + ", " + ApiKey)]
    [InlineData("POST", "/api/v1/auth/introspect", Basic + ", " + Bearer + ", " + ApiKey)]
    public async Task Without_a_credential_each_scheme_of_the_route_is_listed_without_an_error(string method, string path, string challenge)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        Assert.Equal(challenge, await ChallengeAsync(app.Anonymous(), request, 401));
    }

    [Fact]
    public async Task The_scheme_of_a_rejected_credential_comes_first_with_the_error()
    {
        Assert.Equal(
            $"{Bearer}, error=\"invalid_token\", error_description=\"Invalid token\", {ApiKey}",
            await ChallengeAsync(app.WithToken("a.b.c"), new(HttpMethod.Get, "/api/v1/auth/me"), 401));
        Assert.Equal(
            $"{ApiKey}, error=\"invalid_api_key\", error_description=\"Invalid API key\", {Bearer}",
            await ChallengeAsync(app.WithKey(UnknownKey), new(HttpMethod.Get, "/api/v1/auth/me"), 401));
        Assert.Equal(
            $"{Bearer}, error=\"invalid_token\", error_description=\"Invalid API key\", {Basic}, {ApiKey}",
            await ChallengeAsync(app.WithToken("ctx_" + UnknownKey), new(HttpMethod.Post, "/api/v1/auth/introspect"), 401));
        Assert.Equal(
            $"{Basic}, {Bearer}, {ApiKey}",
            await ChallengeAsync(WithBasic($"client:{UnknownKey}"), new(HttpMethod.Post, "/api/v1/auth/introspect"), 401));
    }

    [Fact]
    public async Task A_missing_scope_is_named_in_the_403()
    {
        var (_, tokens, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http, "memory:read");
        const string Missing = ", error=\"insufficient_scope\", scope=\"memory:write\"";

        Assert.Equal(
            $"{Bearer}{Missing}, {ApiKey}{Missing}",
            await ChallengeAsync(app.WithKey(key), new(HttpMethod.Get, "/api/v1/auth/verify?scope=memory:write"), 403));
        Assert.Equal(
            $"{Bearer}{Missing}, {ApiKey}{Missing}",
            await ChallengeAsync(app.WithToken(tokens.AccessToken), new(HttpMethod.Get, "/api/v1/auth/verify?scope=memory:write"), 403));
        Assert.Equal(
            $"{Basic}, {Bearer}, error=\"insufficient_scope\", scope=\"introspect\", {ApiKey}, error=\"insufficient_scope\", scope=\"introspect\"",
            await ChallengeAsync(app.WithKey(key), new(HttpMethod.Post, "/api/v1/auth/introspect"), 403));
    }

    [Theory]
    [InlineData("a%22,%20b=%22c")]
    [InlineData("a%5C")]
    [InlineData("")]
    public async Task A_scope_that_does_not_fit_into_a_header_is_left_out(string scope)
    {
        var (_, tokens, _) = await app.SignUpAsync();

        var challenge = await ChallengeAsync(app.WithToken(tokens.AccessToken), new(HttpMethod.Get, "/api/v1/auth/verify?scope=" + scope), 403);

        Assert.Equal($"{Bearer}, error=\"insufficient_scope\", {ApiKey}, error=\"insufficient_scope\"", challenge);
    }

    [Fact]
    public async Task Stale_authentication_is_reported_as_in_RFC_9470()
    {
        var (_, _, http) = await app.SignUpAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(11));

        var challenge = await ChallengeAsync(http, new(HttpMethod.Post, "/api/v1/auth/passkeys/options"), 401);

        Assert.Equal($"{Bearer}, error=\"insufficient_user_authentication\"", challenge);
    }

    private HttpClient WithBasic(string pair)
    {
        var http = app.Anonymous();
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        return http;
    }

    private static async Task<string> ChallengeAsync(HttpClient http, HttpRequestMessage request, int status)
    {
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        return Assert.Single(answer.Headers.NonValidated["WWW-Authenticate"]);
    }
}
