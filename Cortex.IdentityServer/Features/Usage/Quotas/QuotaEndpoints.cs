using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>The route that shows callers their quota.</summary>
internal static class QuotaEndpoints
{
    /// <summary>Show the caller's quota</summary>
    /// <remarks>
    /// Returns the limits that apply to the caller's account and, for an API key, to the key; a metric that isn't limited is left out. What was used is exact
    /// and includes requests that other replicas recorded up to a second ago.
    /// </remarks>
    internal static async Task<Ok<QuotaResponse>> GetQuota(
        HttpContext http, QuotaRules rules, QuotaGate gate, TierOptions tiers, CancellationToken cancellationToken)
    {
        var caller = (KnownCaller)http.User;
        var key = caller.Credential as KnownApiKey;
        var session = caller.Credential as VerifiedToken;
        var quota = new AppliedQuota(
            caller.UserId(), rules.OfUser(caller.Tier, key?.UserQuota ?? session?.UserQuota), key?.Id, key?.MonthlyQuota, key?.Billing ?? session?.Billing);
        var (state, user, usedByKey) = await gate.ReadAsync(quota, cancellationToken);
        return TypedResults.Ok(new QuotaResponse
        {
            SubscriptionTier = caller.Tier!,
            Mode = quota.User.Mode!,
            Period = new(state.Period.From, state.Period.To),
            RequestsPerMinute = tiers.LimitOf(caller.Tier).Permits,
            Limits = QuotaLimitResponse.ListOf(quota.User, user),
            KeyLimits = key is null ? null : QuotaLimitResponse.ListOf(quota.Key ?? QuotaLimits.None, usedByKey ?? default),
            Allowed = state.IsAllowed,
            ResetsAt = state.Period.To,
        });
    }
}
