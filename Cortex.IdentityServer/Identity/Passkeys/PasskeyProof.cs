using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>What a passkey proved.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="IsBothFactors">Whether the authenticator verified its user, as it did when the passkey was made.</param>
internal sealed record PasskeyProof(User User, bool IsBothFactors);
