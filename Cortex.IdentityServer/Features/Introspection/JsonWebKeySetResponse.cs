using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.SigningKeys;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>The public keys that verify access tokens (RFC 7517).</summary>
/// <param name="Keys">The keys that sign, will sign soon, or signed tokens that may still be valid. Empty with HS256, whose key is secret.</param>
internal sealed record JsonWebKeySetResponse(IReadOnlyList<PublicJwk> Keys) : IExample<JsonWebKeySetResponse>
{
    public static JsonWebKeySetResponse Example => new(
    [
        // From RFC 7517 appendix A.1.
        new()
        {
            Kty = "EC",
            Use = "sig",
            Alg = "ES256",
            Kid = "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",
            Crv = "P-256",
            X = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            Y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        },
    ]);
}
