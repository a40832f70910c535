namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>What an account can have beside its password.</summary>
internal static class SecondFactors
{
    public const string Totp = "totp";
    public const string Passkey = "passkey";
}
