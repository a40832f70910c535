using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>What a service has to know to check access tokens by itself.</summary>
/// <param name="Issuer">The <c>iss</c> of tokens.</param>
/// <param name="JwksUri">Where the public keys are.</param>
/// <param name="IntrospectionEndpoint">Where to ask about a token (RFC 7662).</param>
/// <param name="IntrospectionEndpointAuthMethodsSupported">How to authenticate there: an API key as a client's secret, or as a bearer token.</param>
/// <param name="ResponseTypesSupported">None: people log in through the API, not by redirects.</param>
/// <param name="SubjectTypesSupported"><c>public</c>: a user has one <c>sub</c> for all services.</param>
/// <param name="IdTokenSigningAlgValuesSupported">The one algorithm that tokens are signed with.</param>
/// <param name="ClaimsSupported">What an access token says.</param>
internal sealed record DiscoveryResponse(
    string Issuer,
    string JwksUri,
    string IntrospectionEndpoint,
    IReadOnlyList<string> IntrospectionEndpointAuthMethodsSupported,
    IReadOnlyList<string> ResponseTypesSupported,
    IReadOnlyList<string> SubjectTypesSupported,
    IReadOnlyList<string> IdTokenSigningAlgValuesSupported,
    IReadOnlyList<string> ClaimsSupported) : IExample<DiscoveryResponse>
{
    public static DiscoveryResponse Example => new(
        ExampleValues.Issuer,
        ExampleValues.Issuer + DiscoveryEndpoints.KeySetPath,
        ExampleValues.Issuer + DiscoveryEndpoints.IntrospectionPath,
        DiscoveryEndpoints.IntrospectionMethods,
        [],
        ["public"],
        ["ES256"],
        DiscoveryEndpoints.Claims);
}
