using Cortex.IdentityServer.Foundation.Secrets;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Refers to a pending passkey challenge.</summary>
/// <remarks>
/// <code>
/// cpk_ ‖ base64url( challenge id 16 ‖ MAC 32 )                              68 characters
/// </code>
/// The id is big-endian; <see cref="MacToken"/> defines the MAC. The row of the challenge holds its user, purpose, and expiry; the token itself isn't stored.
/// The prefix and the MAC key are specific to these tokens, so one is never accepted as another kind of token.
/// </remarks>
internal readonly record struct PasskeyToken(Guid ChallengeId)
{
    private const string Prefix = "cpk_";

    public string ToText(KeyRing keys) => MacToken.Create(Prefix, ChallengeId, keys);

    public static bool TryParse(string? text, KeyRing keys, out PasskeyToken token)
    {
        var genuine = MacToken.TryRead(text, Prefix, keys, out var id);
        token = new(id);
        return genuine;
    }
}
