using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>The metadata that a service needs to validate access tokens itself.</summary>
/// <param name="Issuer">The <c>iss</c> of tokens.</param>
/// <param name="JwksUri">The URL of the public keys.</param>
/// <param name="IntrospectionEndpoint">The URL of token introspection (RFC 7662).</param>
/// <param name="IntrospectionEndpointAuthMethodsSupported">How to authenticate there: with an API key as the client secret or as a bearer token.</param>
/// <param name="ResponseTypesSupported">Empty, because users log in through the API and not through redirects.</param>
/// <param name="SubjectTypesSupported">Always <c>public</c>: a user has the same <c>sub</c> for all services.</param>
/// <param name="IdTokenSigningAlgValuesSupported">The algorithm that tokens are signed with.</param>
/// <param name="ClaimsSupported">The claims of an access token.</param>
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
