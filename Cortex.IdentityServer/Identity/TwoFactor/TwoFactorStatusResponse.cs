using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>The state of the caller's second factor.</summary>
/// <param name="Enabled">Whether two-factor authentication is on.</param>
/// <param name="RecoveryCodesLeft">The number of recovery codes that haven't been used, 0 to 10.</param>
internal sealed record TwoFactorStatusResponse(bool Enabled, int RecoveryCodesLeft) : IExample<TwoFactorStatusResponse>
{
    public static TwoFactorStatusResponse Example => new(Enabled: true, RecoveryCodesLeft: 8);
}
