using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.SigningKeys;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Makes the pairs of tokens that clients hold, and reads refresh tokens.</summary>
internal sealed class TokenPairs(AccessTokens accessTokens, SecretKeys secrets, LastUses uses, TimeProvider clock)
{
    private readonly KeyRing _refreshKeys = secrets.Derive("refresh-token");

    /// <summary>The first pair of a session. The login is its first use: who logs in was active that day, whatever comes of it.</summary>
    public TokenResponse IssueFirst(SessionUser user, Guid sessionId, string[] methods, DateTimeOffset refreshExpires)
    {
        uses.RecordSessionUse(sessionId, clock.GetUtcNow());
        return Issue(user, new RefreshToken(sessionId, 0), methods, refreshExpires);
    }

    /// <param name="user">As the account is now.</param>
    /// <param name="refreshToken">The session's live one.</param>
    /// <param name="methods">How the person proved who they are (RFC 8176).</param>
    /// <param name="refreshExpires">When the refresh token ends.</param>
    public TokenResponse Issue(SessionUser user, RefreshToken refreshToken, string[] methods, DateTimeOffset refreshExpires) => new(
        accessTokens.Issue(user, refreshToken.SessionId, methods),
        "bearer",
        (int)SignedTokens.Lifetime.TotalSeconds,
        refreshToken.ToText(_refreshKeys),
        (long)Math.Round((refreshExpires - clock.GetUtcNow()).TotalSeconds));

    /// <summary>Reads a refresh token that this server wrote; anything else costs no query.</summary>
    public bool TryRead(string text, out RefreshToken token) => RefreshToken.TryParse(text, _refreshKeys, out token);
}
