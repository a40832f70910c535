using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The result of a successful passkey check.</summary>
/// <param name="User">The owner of the passkey.</param>
/// <param name="IsBothFactors">Whether the authenticator verified its user, both now and when the passkey was created.</param>
internal sealed record PasskeyProof(User User, bool IsBothFactors);
