namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>What a person sent as their second factor: one of the two.</summary>
internal sealed record SecondFactorCode(string? Totp, string? Recovery);
