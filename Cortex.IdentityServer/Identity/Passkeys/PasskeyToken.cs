using Cortex.IdentityServer.Foundation.Secrets;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Names the challenge that an authenticator has to sign.</summary>
/// <remarks>
/// <code>
/// cpk_ ‖ base64url( challenge id 16 ‖ MAC 32 )                              68 characters
/// </code>
/// The id is big-endian; the MAC is <see cref="MacToken"/>'s. The row of the challenge knows whose it is, what it is for and when it
/// ends; the token itself is stored nowhere. Prefix and key are its own, so it is never taken for another kind of token.
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
