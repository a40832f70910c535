using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>Determines the current state of an access token or API key.</summary>
internal sealed class TokenInspector(VerifiedTokens accessTokens, LimitedApiKeyLookup apiKeys, HttpOptions options)
{
    /// <summary>
    /// Returns null for anything that isn't valid. Returns a refusal if the calling address has presented too many unknown keys.
    /// </summary>
    public async Task<(IntrospectResponse? Answer, Refusal? Refusal)> InspectAsync(string token, HttpContext http)
    {
        // A JWS has two dots, and an API key has none.
        if (token.AsSpan().Count('.') == 2)
        {
            switch (await accessTokens.CheckAsync(token, http.RequestAborted))
            {
                case TokenVerdict.Valid { Token: var valid }:
                    return (Of(valid), null);

                // An expired or revoked access token is no API key, so it doesn't count against the calling address.
                case TokenVerdict.Refused { Refusal: var ended } when !ended.Is(Problems.InvalidToken):
                    return (null, null);
            }
        }

        var (verdict, refusal) = await apiKeys.FindAsync(new ApiKeyCandidate(token), http);
        return (verdict is ApiKeyVerdict.Valid { Key: var key } ? Of(key) : null, refusal);
    }

    private IntrospectResponse Of(VerifiedToken token) => new()
    {
        Active = true,
        TokenType = "bearer",
        Sub = token.UserId.ToString(),
        Email = token.Caller.FindFirstValue(CortexClaims.Email),
        SubscriptionTier = token.Caller.FindFirstValue(CortexClaims.Tier),
        Scope = "",
        Sid = token.SessionId.ToString(),
        Exp = token.ExpiresAt.ToUnixTimeSeconds(),
        Iat = AccessTokens.ReadSeconds(token.Token, "iat"),
        Iss = options.Issuer,
    };

    private IntrospectResponse Of(KnownApiKey key) => new()
    {
        Active = true,
        TokenType = "api_key",
        Sub = key.UserId.ToString(),
        Email = key.Email,
        SubscriptionTier = key.Tier,
        Scope = string.Join(' ', key.Scopes),
        ApiKeyId = key.Id.ToString(),
        Exp = key.ExpiresAt?.ToUnixTimeSeconds(),
        Iat = key.CreatedAt?.ToUnixTimeSeconds(),
        Iss = options.Issuer,
    };
}
