using Cortex.IdentityServer.Identity.SigningKeys;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>The keys that access tokens are checked with (RFC 7517).</summary>
/// <param name="Keys">Those that sign, will sign soon, or signed tokens that may still be good. None with HS256, whose key is a secret.</param>
internal sealed record JsonWebKeySetResponse(IReadOnlyList<PublicJwk> Keys);
