using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Sessions;
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
    internal static async Task<Ok<QuotaResponse>> GetQuota(HttpContext http, QuotaRules rules, QuotaReader reader, CancellationToken cancellationToken)
    {
        var caller = (KnownCaller)http.User;
        var key = caller.Credential as KnownApiKey;
        var session = caller.Credential as VerifiedToken;
        var quota = new AppliedQuota(
            caller.UserId(), rules.OfUser(caller.Tier, key?.UserQuota ?? session?.UserQuota), key?.Id, key?.MonthlyQuota, key?.Billing ?? session?.Billing);
        return TypedResults.Ok(await reader.ReadAsync(caller.Tier!, quota, cancellationToken));
    }
}
