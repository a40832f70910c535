using Cortex.IdentityServer.Foundation.Secrets;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Refers to the challenge that a correct password opened and that a second factor must complete.</summary>
/// <remarks>
/// <code>
/// c2f_ ‖ base64url( challenge id 16 ‖ MAC 32 )                              68 characters
/// </code>
/// The id is big-endian; <see cref="MacToken"/> defines the MAC. The row of the challenge holds its user, its expiry, and the number of wrong codes; the token
/// itself isn't stored. The prefix and the MAC key are specific to these tokens, so one is never accepted as another kind of token.
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
