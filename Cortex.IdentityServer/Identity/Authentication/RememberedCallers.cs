using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>Finds callers whose credentials are cached: they were recently valid, and nothing about their accounts has changed since.</summary>
internal sealed class RememberedCallers(VerifiedTokens tokens, IApiKeyProvider keys)
{
    /// <summary>Returns null for a credential that isn't cached or isn't valid; the scheme's handler then queries the database or reports the error.</summary>
    public KnownCaller? Recall(HttpContext context) => PresentedCredential.In(context) switch
    {
        null => null,
        { IsKey: true, Text: var key } => RecallKey(key, context),
        { Text: var token } => (tokens.Recall(token) as TokenVerdict.Good)?.Token.Caller,
    };

    private KnownCaller? RecallKey(string text, HttpContext context)
    {
        var candidate = context.Features.Get<ApiKeyCandidate>() ?? new(text);
        if (keys.Recall(candidate) is ApiKeyVerdict.Good { Key.Caller: var caller })
        {
            return caller;
        }

        // Pass the candidate to the handler, so that the key is hashed only once.
        context.Features.Set(candidate);
        return null;
    }
}
