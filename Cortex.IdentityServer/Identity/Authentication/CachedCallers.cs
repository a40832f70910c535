using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>Finds callers whose credentials are cached: they were recently valid, and nothing about their accounts has changed since.</summary>
internal sealed class CachedCallers(VerifiedTokens tokens, IApiKeyProvider keys, ApiKeyMetrics metrics)
{
    /// <summary>Returns null for a credential that isn't cached or isn't valid; the scheme's handler then queries the database or reports the error.</summary>
    public KnownCaller? Find(HttpContext context) => PresentedCredential.In(context) switch
    {
        null => null,
        { IsKey: true, Text: var key } => FindByKey(key, context),
        { Text: var token } => (tokens.FindCached(token) as TokenVerdict.Valid)?.Token.Caller,
    };

    private KnownCaller? FindByKey(string text, HttpContext context)
    {
        // The middleware before ASP.NET Core's authorization has already looked this key up.
        if (context.Features.Get<ApiKeyCandidate>() is not null)
        {
            return null;
        }

        var candidate = new ApiKeyCandidate(text);
        if (keys.FindCached(candidate) is ApiKeyVerdict.Valid { Key.Caller: var caller })
        {
            metrics.CountValid();
            return caller;
        }

        // Pass the candidate to the handler, so that the key is hashed only once.
        context.Features.Set(candidate);
        return null;
    }
}
