using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>New recovery codes.</summary>
/// <param name="RecoveryCodes">Ten codes. Each works once, and they aren't shown again. The old ones no longer work.</param>
internal sealed record RecoveryCodesResponse(IReadOnlyList<string> RecoveryCodes) : IExample<RecoveryCodesResponse>
{
    public static RecoveryCodesResponse Example => new(["7K2M9Q-XW4TBN-0HZ8RC-5VJ3DP"]);
}
