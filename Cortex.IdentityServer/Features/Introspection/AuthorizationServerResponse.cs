using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>The OAuth authorization server metadata (RFC 8414).</summary>
/// <param name="Issuer">The <c>iss</c> of tokens.</param>
/// <param name="JwksUri">The URL of the public keys.</param>
/// <param name="IntrospectionEndpoint">The URL of token introspection (RFC 7662).</param>
/// <param name="IntrospectionEndpointAuthMethodsSupported">How to authenticate there: with an API key as the client secret or as a bearer token.</param>
/// <param name="ResponseTypesSupported">Empty, because users log in through the API and not through redirects.</param>
/// <param name="GrantTypesSupported">Empty, because no OAuth grant issues a token.</param>
internal sealed record AuthorizationServerResponse(
    string Issuer,
    string JwksUri,
    string IntrospectionEndpoint,
    IReadOnlyList<string> IntrospectionEndpointAuthMethodsSupported,
    IReadOnlyList<string> ResponseTypesSupported,
    IReadOnlyList<string> GrantTypesSupported) : IExample<AuthorizationServerResponse>
{
    public static AuthorizationServerResponse Example => new(
        ExampleValues.Issuer,
        ExampleValues.Issuer + DiscoveryEndpoints.KeySetPath,
        ExampleValues.Issuer + DiscoveryEndpoints.IntrospectionPath,
        DiscoveryEndpoints.IntrospectionMethods,
        [],
        []);
}
