using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>The code that a user submitted as second factor: a TOTP code or a recovery code.</summary>
internal sealed record SecondFactorCode(string? Totp, string? Recovery)
{
    /// <summary>The maximum length of a code as users type it, with spaces and dashes.</summary>
    public const int MaxLength = 64;

    /// <summary>Rejects a request that contains both codes.</summary>
    public static Refusal BothSent { get; } = Refusal.Invalid("recovery_code", "send either a code or a recovery_code, not both");
}
