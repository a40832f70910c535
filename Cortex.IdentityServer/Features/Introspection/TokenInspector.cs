using System.Security.Claims;
using Cortex.IdentityServer.Features.Usage.Quotas;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>Determines the current state of an access token or API key.</summary>
internal sealed class TokenInspector(
    VerifiedTokens accessTokens, LimitedApiKeyLookup apiKeys, QuotaRules quotas, QuotaGate gate, HttpOptions options)
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
                    return (await OfAsync(valid, http.RequestAborted), null);

                // An expired or revoked access token is no API key, so it doesn't count against the calling address.
                case TokenVerdict.Refused { Refusal: var ended } when !ended.Is(Problems.InvalidToken):
                    return (null, null);
            }
        }

        var (verdict, refusal) = await apiKeys.FindAsync(new ApiKeyCandidate(token), http);
        return (verdict is ApiKeyVerdict.Valid { Key: var key } ? await OfAsync(key, http.RequestAborted) : null, refusal);
    }

    private async Task<IntrospectResponse> OfAsync(VerifiedToken token, CancellationToken cancellationToken) => new()
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
        Quota = quotas.OfUser(token.Caller.Tier, token.UserQuota) is { IsLimited: true } limits
            ? await ReadQuotaAsync(new(token.UserId, limits, Billing: token.Billing), cancellationToken)
            : null,
    };

    private async Task<IntrospectResponse> OfAsync(KnownApiKey key, CancellationToken cancellationToken) => new()
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
        Quota = quotas.OfKey(key) is { } quota ? await ReadQuotaAsync(quota, cancellationToken) : null,
    };

    private async Task<IntrospectedQuota> ReadQuotaAsync(AppliedQuota quota, CancellationToken cancellationToken)
    {
        var (isAllowed, resetsAt) = await gate.AllowsAsync(quota, cancellationToken);
        return new(isAllowed, quota.User.Mode!, resetsAt);
    }
}
