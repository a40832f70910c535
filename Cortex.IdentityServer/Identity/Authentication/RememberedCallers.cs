using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>Knows the callers whose credentials were good a moment ago, and about whom nothing has changed since.</summary>
internal sealed class RememberedCallers(VerifiedTokens tokens, IApiKeyProvider keys)
{
    /// <summary>
    /// Null for a credential that isn't remembered or isn't good: the handler of its scheme asks the database, or says what is wrong with it.
    /// </summary>
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

        // The handler finds it here, so that the key is hashed once.
        context.Features.Set(candidate);
        return null;
    }
}
