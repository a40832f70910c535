namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>What is left of the quotas that apply to a caller, of which the tightest counts.</summary>
/// <param name="IsAllowed">Whether the request, or one more request, is within the quotas, or they only warn.</param>
/// <param name="Period">The period.</param>
/// <param name="Left">What is left of each limited metric.</param>
/// <param name="IsShared">Whether the request was counted in Redis.</param>
internal sealed record QuotaState(bool IsAllowed, QuotaPeriod Period, QuotaLeft Left, bool IsShared = false)
{
    /// <summary>Returns the state after these amounts were used.</summary>
    public static QuotaState Of(AppliedQuota quota, QuotaPeriod period, bool isAllowed, QuotaSums? user, QuotaSums? key) =>
        new(isAllowed, period, QuotaLeft.Of(quota.User, user).Min(QuotaLeft.Of(quota.Key, key)));
}
