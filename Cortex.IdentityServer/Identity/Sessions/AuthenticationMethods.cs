namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>How a user authenticated: the values of the <c>amr</c> claim (RFC 8176).</summary>
internal static class AuthenticationMethods
{
    public const string Pwd = "pwd";

    /// <summary>Proof of possession of a hardware-secured key.</summary>
    public const string Hwk = "hwk";

    public static readonly string[] Password = [Pwd];
    public static readonly string[] Passkey = [Hwk];

    /// <summary>The authenticator verified its user by PIN, fingerprint, or face, so the passkey counts as both factors.</summary>
    public static readonly string[] VerifiedPasskey = [Hwk, "user", "mfa"];

    public static string[] AndTotp(string first) => [first, "otp", "mfa"];

    /// <summary>RFC 8176 has no value for a recovery code.</summary>
    public static string[] AndRecoveryCode(string first) => [first, "mfa"];

    public static string[] AndVerifiedPasskey(string first) => first == Hwk ? VerifiedPasskey : [first, Hwk, "mfa"];
}
