using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>What an OAuth client has to know of this server (RFC 8414).</summary>
/// <param name="Issuer">The <c>iss</c> of tokens.</param>
/// <param name="JwksUri">Where the public keys are.</param>
/// <param name="IntrospectionEndpoint">Where to ask about a token (RFC 7662).</param>
/// <param name="IntrospectionEndpointAuthMethodsSupported">How to authenticate there: an API key as a client's secret, or as a bearer token.</param>
/// <param name="ResponseTypesSupported">None: people log in through the API, not by redirects.</param>
/// <param name="GrantTypesSupported">None: no grant of OAuth gives a token.</param>
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
