using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Cortex.IdentityServer.Tests.Introspection;

/// <remarks>The documents of RFC 7517, RFC 8414, and OpenID Connect Discovery, with the default algorithm.</remarks>
public sealed class DiscoveryTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Configuration = "/.well-known/openid-configuration";
    private const string AuthorizationServer = "/.well-known/oauth-authorization-server";
    private const string KeySet = "/.well-known/jwks.json";

    [Fact]
    public async Task A_secret_is_never_published()
    {
        var answer = await app.Anonymous().FetchAsync(KeySet);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("""{"keys":[]}""", await answer.TextAsync());
    }

    [Theory]
    [InlineData(KeySet)]
    [InlineData(Configuration)]
    [InlineData(AuthorizationServer)]
    public async Task Anybody_can_read_it_and_cache_it_for_five_minutes(string path)
    {
        var answer = await app.WithToken("garbage").FetchAsync(path);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("public, max-age=300", answer.Headers.CacheControl?.ToString());
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Theory]
    [InlineData(KeySet)]
    [InlineData(Configuration)]
    [InlineData(AuthorizationServer)]
    public async Task A_discovery_document_is_read_only(string path) =>
        await (await app.Anonymous().PostAsync(path, new { })).ShouldBeProblemAsync(405, "method_not_allowed");

    [Fact]
    public async Task The_configuration_lists_exactly_what_the_server_supports()
    {
        var json = await (await app.Anonymous().FetchAsync(Configuration)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(
            [
                "issuer", "jwks_uri", "introspection_endpoint", "introspection_endpoint_auth_methods_supported", "response_types_supported",
                "subject_types_supported", "id_token_signing_alg_values_supported", "claims_supported",
            ],
            json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(CortexApp.Issuer, json.GetProperty("issuer").GetString());
        Assert.Equal(CortexApp.Issuer + KeySet, json.GetProperty("jwks_uri").GetString());
        Assert.Equal(CortexApp.Issuer + "/api/v1/auth/introspect", json.GetProperty("introspection_endpoint").GetString());
        Assert.Equal(["client_secret_basic", "Bearer"], Strings(json, "introspection_endpoint_auth_methods_supported"));
        Assert.Equal(["HS256"], Strings(json, "id_token_signing_alg_values_supported"));
        Assert.Empty(Strings(json, "response_types_supported"));
        Assert.Equal(["public"], Strings(json, "subject_types_supported"));
    }

    /// <remarks>RFC 8414 requires response types. If grant types are left out, two of them are implied.</remarks>
    [Fact]
    public async Task OAuth_clients_find_the_same_metadata_at_their_own_path()
    {
        var json = await (await app.Anonymous().FetchAsync(AuthorizationServer)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(
            [
                "issuer", "jwks_uri", "introspection_endpoint", "introspection_endpoint_auth_methods_supported", "response_types_supported",
                "grant_types_supported",
            ],
            json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(CortexApp.Issuer, json.GetProperty("issuer").GetString());
        Assert.Equal(CortexApp.Issuer + "/api/v1/auth/introspect", json.GetProperty("introspection_endpoint").GetString());
        Assert.Equal(["client_secret_basic", "Bearer"], Strings(json, "introspection_endpoint_auth_methods_supported"));
        Assert.Empty(Strings(json, "response_types_supported"));
        Assert.Empty(Strings(json, "grant_types_supported"));
    }

    [Theory]
    [InlineData("/.well-known/oauth-authorization-server/auth")]
    [InlineData("/.well-known/oauth-authorization-server")]
    [InlineData("/.well-known/openid-configuration/auth")]
    public async Task The_metadata_of_an_issuer_with_a_path_is_found_where_RFC_8414_puts_it(string path)
    {
        using var http = app.StartReplica(out var replica, ("PUBLIC_URL", "https://id.example.com/auth/"));
        using var _ = replica;

        var json = await (await http.FetchAsync(path)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal("https://id.example.com/auth", json.GetProperty("issuer").GetString());
        await (await http.FetchAsync("/.well-known/oauth-authorization-server/other")).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task The_listed_claims_are_those_of_an_access_token()
    {
        var (_, tokens, _) = await app.SignUpAsync();
        var json = await (await app.Anonymous().FetchAsync(Configuration)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(Jwt.Read(tokens.AccessToken).Payload.Select(claim => claim.Key).Order(), Strings(json, "claims_supported").Order());
    }

    [Fact]
    public async Task The_metadata_is_built_from_PUBLIC_URL_and_not_from_any_header()
    {
        using var http = app.StartReplica(out var replica, ("PUBLIC_URL", "https://id.example.com/auth/"), ("JWT_ALGORITHM", "RS256"));
        using var _ = replica;
        using var request = new HttpRequestMessage(HttpMethod.Get, Configuration);
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("X-Forwarded-Proto", "ftp");

        var text = await (await http.SendAsync(request, TestContext.Current.CancellationToken)).TextAsync();

        // A client library has to be able to parse it.
        var configuration = OpenIdConnectConfiguration.Create(text);
        Assert.Equal("https://id.example.com/auth", configuration.Issuer);
        Assert.Equal("https://id.example.com/auth/.well-known/jwks.json", configuration.JwksUri);
        Assert.Equal("https://id.example.com/auth/api/v1/auth/introspect", configuration.IntrospectionEndpoint);
        Assert.Equal(["RS256"], configuration.IdTokenSigningAlgValuesSupported);
        Assert.DoesNotContain("evil.example", text, StringComparison.Ordinal);
    }

    private static string[] Strings(JsonElement json, string member) => [.. json.GetProperty(member).EnumerateArray().Select(text => text.GetString()!)];
}
