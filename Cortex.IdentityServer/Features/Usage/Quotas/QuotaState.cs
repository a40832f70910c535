using System.Globalization;
using System.Text;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>What is left of the quotas that apply to a caller, of which the tightest counts.</summary>
/// <param name="IsAllowed">Whether the request, or one more request, is within the quotas, or they only warn.</param>
/// <param name="Period">The period.</param>
/// <param name="Left">What is left of each limited metric.</param>
internal sealed record QuotaState(bool IsAllowed, QuotaPeriod Period, QuotaLimits Left)
{
    /// <summary>The value of <c>X-Quota-Remaining</c>: <c>requests=12, tokens=3400, cost_usd=1.25</c>, without metrics that aren't limited.</summary>
    public string Header
    {
        get
        {
            var text = new StringBuilder();
            Append(text, "requests", Left.Requests);
            Append(text, "tokens", Left.TokensUsed);
            Append(text, "cost_usd", Left.CostMicros is { } micros ? QuotaAmount.ToDollars(micros) : null);
            return text.ToString();
        }
    }

    /// <summary>Returns the state after these amounts were used.</summary>
    public static QuotaState Of(AppliedQuota quota, QuotaPeriod period, bool isAllowed, QuotaSums? user, QuotaSums? key)
    {
        var left = LeftOf(quota.User, user);
        var own = LeftOf(quota.Key, key);
        return new(isAllowed, period, new(Least(left.Requests, own.Requests), Least(left.TokensUsed, own.TokensUsed), Least(left.CostMicros, own.CostMicros)));
    }

    private static QuotaLimits LeftOf(QuotaLimits? limits, QuotaSums? used) => limits is null || used is not { } sums
        ? QuotaLimits.None
        : new(Rest(limits.Requests, sums.Requests), Rest(limits.TokensUsed, sums.TokensUsed), Rest(limits.CostMicros, sums.CostMicros));

    private static long? Rest(long? limit, long used) => limit is null ? null : Math.Max(0, limit.Value - used);

    private static long? Least(long? one, long? other) => one is null ? other : other is null ? one : Math.Min(one.Value, other.Value);

    private static void Append(StringBuilder text, string metric, decimal? left)
    {
        if (left is not null)
        {
            text.Append(text.Length == 0 ? "" : ", ").Append(metric).Append('=').Append(left.Value.ToString(CultureInfo.InvariantCulture));
        }
    }
}
