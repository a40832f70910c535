using System.Globalization;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.SigningKeys;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>Tells services how to check access tokens without asking about each.</summary>
internal static class DiscoveryEndpoints
{
    public const string KeySetPath = "/.well-known/jwks.json";
    public const string ProviderPath = "/.well-known/openid-configuration";
    public const string AuthorizationServerPath = "/.well-known/oauth-authorization-server";
    public const string IntrospectionPath = "/api/v1/auth/introspect";

    /// <summary>An API key as the secret of a client, or as a bearer token (RFC 8414 section 2).</summary>
    public static readonly string[] IntrospectionMethods = ["client_secret_basic", "Bearer"];

    public static readonly string[] Claims = ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "email", "subscription_tier", "roles", "amr"];

    private static readonly string Cached = string.Create(CultureInfo.InvariantCulture, $"public, max-age={SigningKeySchedule.ListLifetime.TotalSeconds:0}");

    /// <summary>Get the public keys for access tokens</summary>
    /// <remarks>
    /// A JWK set (RFC 7517), with <c>JWT_ALGORITHM</c> ES256 or RS256; empty with HS256. The next key is here a day before it signs and
    /// until its last token has ended. A token that is good by its signature may be of a session that has ended since: whoever needs to
    /// know asks /api/v1/auth/introspect.
    /// </remarks>
    internal static Ok<JsonWebKeySetResponse> GetKeySet(SigningKeySet keys, HttpContext http)
    {
        http.Response.Headers.CacheControl = Cached;
        return TypedResults.Ok(new JsonWebKeySetResponse([.. keys.Published]));
    }

    /// <summary>Get what a service needs to check access tokens</summary>
    /// <remarks>
    /// In the form of OpenID Connect Discovery, so that libraries configure themselves from it. There is no authorization endpoint and
    /// there are no ID tokens: access tokens (RFC 9068) are all that is signed.
    /// </remarks>
    internal static Ok<DiscoveryResponse> GetConfiguration(HttpOptions options, SigningKeySet keys, HttpContext http)
    {
        http.Response.Headers.CacheControl = Cached;
        return TypedResults.Ok(new DiscoveryResponse(
            options.Issuer,
            options.Issuer + KeySetPath,
            options.Issuer + IntrospectionPath,
            IntrospectionMethods,
            [],
            ["public"],
            [keys.Algorithm],
            Claims));
    }

    /// <summary>Get the metadata for OAuth clients</summary>
    /// <remarks>
    /// Authorization server metadata (RFC 8414). Where the issuer has a path, it is also at the well-known path followed by that of the issuer. There are no
    /// authorization and token endpoints: people log in through the API. An API key with the scope `introspect` is the client's secret (`client_secret_basic`,
    /// whatever the client id) or its bearer token.
    /// </remarks>
    internal static Ok<AuthorizationServerResponse> GetAuthorizationServer(HttpOptions options, HttpContext http)
    {
        http.Response.Headers.CacheControl = Cached;
        return TypedResults.Ok(new AuthorizationServerResponse(
            options.Issuer,
            options.Issuer + KeySetPath,
            options.Issuer + IntrospectionPath,
            IntrospectionMethods,
            [],
            []));
    }
}
