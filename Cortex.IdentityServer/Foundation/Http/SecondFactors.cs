namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The second factors that an account can have.</summary>
internal static class SecondFactors
{
    public const string Totp = "totp";
    public const string Passkey = "passkey";
}
