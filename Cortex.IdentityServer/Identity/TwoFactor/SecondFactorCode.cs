using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>What a person sent as their second factor: a code of the authenticator app, or a recovery code.</summary>
internal sealed record SecondFactorCode(string? Totp, string? Recovery)
{
    /// <summary>Of a code as it is typed, with spaces and dashes.</summary>
    public const int MaxLength = 64;

    /// <summary>Refuses a request that has both.</summary>
    public static Refusal NotBoth { get; } = Refusal.Invalid("recovery_code", "send either a code or a recovery_code, not both");
}
