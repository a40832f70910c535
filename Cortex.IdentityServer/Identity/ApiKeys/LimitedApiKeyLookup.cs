using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>Looks up the API keys of requests. It limits how many unknown keys each network may present on any route, because each costs a query.</summary>
internal sealed class LimitedApiKeyLookup(IApiKeyProvider keys, RateCounter limits, ApiKeyMetrics metrics)
{
    /// <summary>Returns the verdict, or the refusal if the network has presented too many unknown keys.</summary>
    public async Task<(ApiKeyVerdict? Verdict, Refusal? Refusal)> FindAsync(ApiKeyCandidate candidate, HttpContext http)
    {
        var found = await LookUpAsync(candidate, http);
        if (found.Verdict is { } verdict)
        {
            metrics.Count(verdict);
        }
        else
        {
            metrics.CountLimited();
        }

        return found;
    }

    private async Task<(ApiKeyVerdict? Verdict, Refusal? Refusal)> LookUpAsync(ApiKeyCandidate candidate, HttpContext http)
    {
        if (keys.FindCached(candidate) is { } known)
        {
            return (known, null);
        }

        // The key was valid when it was last looked up and only needs to be revalidated, so it isn't a guess. Many such keys may arrive at once.
        if (keys.WasKnown(candidate))
        {
            return (await keys.FindAsync(candidate, http.RequestAborted), null);
        }

        var network = ClientNetwork.Of(http.ClientIp());
        var decision = await limits.TakeAsync(ApiKeyLimits.UnknownKeys, network);
        if (!decision.Allowed)
        {
            RateLimitHeaders.ShowTightest(http, decision);
            return (null, Refusal.RateLimited(decision.Reset));
        }

        try
        {
            var verdict = await keys.FindAsync(candidate, http.RequestAborted);
            if (verdict is not ApiKeyVerdict.Refused)
            {
                await limits.ReturnPermitAsync(ApiKeyLimits.UnknownKeys, network, decision);
            }

            return (verdict, null);
        }
        catch (Exception failure) when (DatabaseFailure.In(failure) is not null)
        {
            // A failed query says nothing about the key. A client that disconnects before the response doesn't get here: the query was made.
            await limits.ReturnPermitAsync(ApiKeyLimits.UnknownKeys, network, decision);
            throw;
        }
    }
}
