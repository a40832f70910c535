using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.SigningKeys;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Issues pairs of access and refresh tokens, and reads refresh tokens.</summary>
internal sealed class TokenPairs(AccessTokens accessTokens, SecretKeys secrets, LastUses uses, TimeProvider clock)
{
    private readonly KeyRing _refreshKeys = secrets.Derive("refresh-token");

    /// <summary>Issues the first pair of a session. The login counts as its first use, so that the user is recorded as active that day.</summary>
    public TokenResponse IssueFirst(SessionUser user, Guid sessionId, string[] methods, DateTimeOffset refreshExpires)
    {
        uses.RecordSessionUse(sessionId, clock.GetUtcNow());
        return Issue(user, new RefreshToken(sessionId, 0), methods, refreshExpires);
    }

    /// <param name="user">The account's current data.</param>
    /// <param name="refreshToken">The session's current refresh token.</param>
    /// <param name="methods">How the user authenticated (RFC 8176).</param>
    /// <param name="refreshExpires">When the refresh token expires.</param>
    public TokenResponse Issue(SessionUser user, RefreshToken refreshToken, string[] methods, DateTimeOffset refreshExpires) => new(
        accessTokens.Issue(user, refreshToken.SessionId, methods),
        "bearer",
        (int)SignedTokens.Lifetime.TotalSeconds,
        refreshToken.ToText(_refreshKeys),
        (long)Math.Round((refreshExpires - clock.GetUtcNow()).TotalSeconds));

    /// <summary>Reads a refresh token that this server created. Any other text is rejected without a query.</summary>
    public bool TryRead(string text, out RefreshToken token) => RefreshToken.TryParse(text, _refreshKeys, out token);
}
