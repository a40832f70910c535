using System.Globalization;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.SigningKeys;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>The routes that publish what services need to validate access tokens locally.</summary>
internal static class DiscoveryEndpoints
{
    public const string KeySetPath = "/.well-known/jwks.json";
    public const string ProviderPath = "/.well-known/openid-configuration";
    public const string AuthorizationServerPath = "/.well-known/oauth-authorization-server";
    public const string IntrospectionPath = "/api/v1/auth/introspect";

    /// <summary>A client authenticates with an API key as its client secret or as a bearer token (RFC 8414 section 2).</summary>
    public static readonly string[] IntrospectionMethods = ["client_secret_basic", "Bearer"];

    public static readonly string[] Claims = ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "email", "subscription_tier", "roles", "amr"];

    private static readonly string CacheControl = string.Create(
        CultureInfo.InvariantCulture, $"public, max-age={SigningKeySchedule.ListLifetime.TotalSeconds:0}");

    /// <summary>Get the public keys for access tokens</summary>
    /// <remarks>
    /// Returns a JWK set (RFC 7517), which is empty with HS256. A key is published one day before it signs and until the last token
    /// that it signed has expired. A token with a valid signature may belong to a session that has ended since; to find out, call /api/v1/auth/introspect.
    /// </remarks>
    internal static Ok<JsonWebKeySetResponse> GetKeySet(SigningKeySet keys, HttpContext http)
    {
        http.Response.Headers.CacheControl = CacheControl;
        return TypedResults.Ok(new JsonWebKeySetResponse([.. keys.Published]));
    }

    /// <summary>Get the metadata for validating access tokens</summary>
    /// <remarks>
    /// Uses the format of OpenID Connect Discovery, so that libraries can configure themselves. There is no authorization endpoint and there are no ID tokens:
    /// the server signs only access tokens (RFC 9068).
    /// </remarks>
    internal static Ok<DiscoveryResponse> GetConfiguration(HttpOptions options, SigningKeySet keys, HttpContext http)
    {
        http.Response.Headers.CacheControl = CacheControl;
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
    /// Returns authorization server metadata (RFC 8414). If the issuer has a path, the document is also served at the well-known path followed by the issuer's
    /// path. There are no authorization and token endpoints, because users log in through the API. An API key with the scope `introspect` serves as the client
    /// secret (`client_secret_basic`, with any client id) or as the bearer token.
    /// </remarks>
    internal static Ok<AuthorizationServerResponse> GetAuthorizationServer(HttpOptions options, HttpContext http)
    {
        http.Response.Headers.CacheControl = CacheControl;
        return TypedResults.Ok(new AuthorizationServerResponse(
            options.Issuer,
            options.Issuer + KeySetPath,
            options.Issuer + IntrospectionPath,
            IntrospectionMethods,
            [],
            []));
    }
}
