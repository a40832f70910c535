using System.Security.Claims;
using Cortex.IdentityServer.ApiKeys;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Sessions;

namespace Cortex.IdentityServer.Introspection;

/// <summary>Tells what a token is worth right now.</summary>
internal sealed class TokenInspector(VerifiedTokens accessTokens, IApiKeyProvider apiKeys, SessionSettings options)
{
    /// <summary>Null for anything that isn't good.</summary>
    public async Task<IntrospectResponse?> InspectAsync(string token, CancellationToken cancellationToken) =>
        await OfAccessTokenAsync(token, cancellationToken) ?? await OfApiKeyAsync(token, cancellationToken);

    private async Task<IntrospectResponse?> OfAccessTokenAsync(string token, CancellationToken cancellationToken) =>
        // Two dots make a JWS; no API key needs the attempt.
        token.AsSpan().Count('.') != 2 || await accessTokens.CheckAsync(token, cancellationToken) is not TokenVerdict.Good { Token: var good } ? null : new()
        {
            Active = true,
            TokenType = "bearer",
            Sub = good.UserId.ToString(),
            Email = good.Caller.FindFirstValue(CortexClaims.Email),
            SubscriptionTier = good.Caller.FindFirstValue(CortexClaims.Tier),
            Scope = "",
            Sid = good.SessionId.ToString(),
            Exp = good.ExpiresAt.ToUnixTimeSeconds(),
            Iat = AccessTokens.Seconds(good.Token, "iat"),
            Iss = options.Issuer,
        };

    private async Task<IntrospectResponse?> OfApiKeyAsync(string text, CancellationToken cancellationToken) =>
        await apiKeys.FindAsync(text, cancellationToken) is not ApiKeyVerdict.Good { Key: var key } ? null : new()
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
