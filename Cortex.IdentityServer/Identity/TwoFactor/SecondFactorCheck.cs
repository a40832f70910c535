using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Checks codes as <see cref="SecondFactor"/> does, and counts the outcomes for the metrics.</summary>
internal sealed class SecondFactorCheck(SecondFactor secondFactor, SecondFactorMetrics metrics)
{
    public async Task<SecondFactorResult> VerifyAsync(User user, SecondFactorCode code, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var result = await secondFactor.VerifyAsync(user, code, origin, cancellationToken);
        metrics.Count(code.Totp is null ? SecondFactorMetrics.RecoveryCode : SecondFactorMetrics.Totp, result);
        return result;
    }
}
