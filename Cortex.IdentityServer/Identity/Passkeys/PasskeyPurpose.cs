using System.Buffers.Text;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The purposes of challenges; a response to a challenge of one purpose isn't accepted for another.</summary>
internal static class PasskeyPurpose
{
    public const string Registration = "registration";
    public const string Login = "login";
    public const string SecondFactor = "second_factor";

    /// <summary>Confirming the identity of the user of one session: another session of the same user can't use the challenge.</summary>
    public static string Reauthentication(Guid sessionId) => "reauth:" + Base64Url.EncodeToString(sessionId.ToByteArray(bigEndian: true));
}
