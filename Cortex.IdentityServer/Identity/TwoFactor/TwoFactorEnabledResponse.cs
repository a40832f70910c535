using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>The response after two-factor authentication was turned on.</summary>
/// <param name="TwoFactorEnabled">Always true.</param>
/// <param name="RecoveryCodes">Ten codes for use if the app is lost. Each works once, and they aren't shown again.</param>
internal sealed record TwoFactorEnabledResponse(bool TwoFactorEnabled, IReadOnlyList<string> RecoveryCodes) : IExample<TwoFactorEnabledResponse>
{
    public static TwoFactorEnabledResponse Example => new(true, RecoveryCodesResponse.Example.RecoveryCodes);
}
