using Cortex.IdentityServer.Foundation.Secrets;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Names the challenge that a right password opened and that a second factor has to answer.</summary>
/// <remarks>
/// <code>
/// c2f_ ‖ base64url( challenge id 16 ‖ MAC 32 )                              68 characters
/// </code>
/// The id is big-endian; the MAC is <see cref="MacToken"/>'s. The row of the challenge knows whose it is, when it ends
/// and how many codes were wrong; the token itself is stored nowhere. Prefix and key are its own, so it is never taken
/// for another kind of token.
/// </remarks>
internal readonly record struct TwoFactorToken(Guid ChallengeId)
{
    private const string Prefix = "c2f_";

    public string ToText(KeyRing keys) => MacToken.Create(Prefix, ChallengeId, keys);

    public static bool TryParse(string? text, KeyRing keys, out TwoFactorToken token)
    {
        var genuine = MacToken.TryRead(text, Prefix, keys, out var id);
        token = new(id);
        return genuine;
    }
}
