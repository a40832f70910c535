namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>New recovery codes.</summary>
/// <param name="RecoveryCodes">Ten codes. Each works once, and they aren't shown again. The old ones are void.</param>
internal sealed record RecoveryCodesResponse(IReadOnlyList<string> RecoveryCodes);
