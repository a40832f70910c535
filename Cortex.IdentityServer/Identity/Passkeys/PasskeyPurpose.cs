namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>What an authenticator is asked for; an answer to one is none to another.</summary>
internal static class PasskeyPurpose
{
    public const string Registration = "registration";
    public const string Login = "login";
    public const string SecondFactor = "second_factor";
}
