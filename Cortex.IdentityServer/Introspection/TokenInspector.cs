using System.Security.Claims;
using Cortex.IdentityServer.ApiKeys;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Sessions;

namespace Cortex.IdentityServer.Introspection;

/// <summary>Tells what a token is worth right now.</summary>
internal sealed class TokenInspector(AccessTokens accessTokens, LiveSessions liveSessions, IApiKeyProvider apiKeys, SessionSettings options)
{
    /// <summary>Null for anything that isn't good.</summary>
    public async Task<IntrospectResponse?> InspectAsync(string token, CancellationToken cancellationToken) =>
        await OfAccessTokenAsync(token, cancellationToken) ?? await OfApiKeyAsync(token, cancellationToken);

    private async Task<IntrospectResponse?> OfAccessTokenAsync(string token, CancellationToken cancellationToken)
    {
        // Two dots make a JWS; no API key needs the attempt.
        if (token.Count(letter => letter == '.') != 2 || await accessTokens.ReadAsync(token) is not { } identity)
        {
            return null;
        }

        var user = new ClaimsPrincipal(identity);
        return await liveSessions.StandingAsync(user.SessionId(), user.UserId(), cancellationToken) is not SessionStanding.Live { User: var current } ? null : new()
        {
            Active = true,
            TokenType = "bearer",
            Sub = user.FindFirstValue(CortexClaims.Subject),
            Email = current.Email,
            SubscriptionTier = current.Tier,
            Scope = "",
            Sid = user.FindFirstValue(CortexClaims.SessionId),
            Exp = AccessTokens.Seconds(identity, "exp"),
            Iat = AccessTokens.Seconds(identity, "iat"),
            Iss = options.Issuer,
        };
    }

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
