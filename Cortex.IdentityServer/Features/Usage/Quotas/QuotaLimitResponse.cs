using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>The limit of one metric.</summary>
/// <param name="Metric"><c>requests</c>, <c>tokens</c>, or <c>cost_usd</c>.</param>
/// <param name="Limit">The maximum in a period.</param>
/// <param name="Used">What was used in this period.</param>
/// <param name="Remaining">What is left, at least 0.</param>
internal sealed record QuotaLimitResponse(string Metric, decimal Limit, decimal Used, decimal Remaining)
{
    public static IReadOnlyList<QuotaLimitResponse> ListOf(QuotaLimits limits, QuotaSums used) =>
    [
        .. Of("requests", limits.Requests, used.Requests),
        .. Of("tokens", limits.TokensUsed, used.TokensUsed),
        .. Of(
            "cost_usd",
            limits.CostMicros is { } micros ? QuotaAmount.ToDollars(micros) : null,
            QuotaAmount.ToDollars(used.CostMicros)),
    ];

    private static IEnumerable<QuotaLimitResponse> Of(string metric, decimal? limit, decimal used) =>
        limit is { } most ? [new(metric, most, used, Math.Max(0, most - used))] : [];
}
