using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>Looks keys up for requests: an address may ask about so many keys that nobody has, as each costs a query, wherever it sends them.</summary>
internal sealed class LimitedApiKeyLookup(IApiKeyProvider keys, RateCounter limits)
{
    /// <summary>The verdict, or the refusal of an address that has asked about too many unknown keys.</summary>
    public async Task<(ApiKeyVerdict? Verdict, Refusal? Refusal)> FindAsync(ApiKeyCandidate candidate, HttpContext http)
    {
        if (keys.Recall(candidate) is { } known)
        {
            return (known, null);
        }

        // Only asked about again, as something of its owner changed or changes aren't heard: many at a time may be, and none is a guess.
        if (keys.WasKnown(candidate))
        {
            return (await keys.FindAsync(candidate, http.RequestAborted), null);
        }

        var network = ClientNetwork.Of(http.ClientIp());
        var decision = await limits.TakeAsync(ApiKeyLimits.UnknownKeys, network);
        if (!decision.Allowed)
        {
            RateLimitHeaders.Note(http, decision);
            return (null, Refusal.RateLimited(decision.Reset));
        }

        try
        {
            var verdict = await keys.FindAsync(candidate, http.RequestAborted);
            if (verdict is not ApiKeyVerdict.Refused)
            {
                await limits.GiveBackAsync(ApiKeyLimits.UnknownKeys, network, decision);
            }

            return (verdict, null);
        }
        catch (Exception failure) when (DatabaseFailure.In(failure) is not null)
        {
            // That says nothing of the key. A caller who goes away before the answer gets nothing back: the query was made.
            await limits.GiveBackAsync(ApiKeyLimits.UnknownKeys, network, decision);
            throw;
        }
    }
}
