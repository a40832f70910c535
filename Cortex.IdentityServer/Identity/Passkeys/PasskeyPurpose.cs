namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The purposes of challenges; a response to a challenge of one purpose isn't accepted for another.</summary>
internal static class PasskeyPurpose
{
    public const string Registration = "registration";
    public const string Login = "login";
    public const string SecondFactor = "second_factor";
}
