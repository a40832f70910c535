namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>How a person proved who they are (RFC 8176).</summary>
internal static class AuthenticationMethods
{
    public const string Pwd = "pwd";

    /// <summary>The possession of a key.</summary>
    public const string Hwk = "hwk";

    public static readonly string[] Password = [Pwd];
    public static readonly string[] Passkey = [Hwk];

    /// <summary>The authenticator checked its user's PIN, finger or face: something that they have and something that they know or are.</summary>
    public static readonly string[] VerifiedPasskey = [Hwk, "user", "mfa"];

    public static string[] AndTotp(string first) => [first, "otp", "mfa"];

    /// <summary>RFC 8176 has no name for a recovery code.</summary>
    public static string[] AndRecoveryCode(string first) => [first, "mfa"];

    public static string[] AndVerifiedPasskey(string first) => first == Hwk ? VerifiedPasskey : [first, Hwk, "mfa"];
}
