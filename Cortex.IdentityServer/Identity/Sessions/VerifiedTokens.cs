using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>
/// Validates access tokens and caches the results: the signature and claims of each token, and its session until something about the user changes. An ended
/// session, a disabled account, or a removed role takes effect with the next request, and repeated use of a token costs neither a query nor a signature check.
/// </summary>
internal sealed class VerifiedTokens(
    AccessTokens accessTokens, SessionStatusReader sessions, LastUses uses, Changes changes, DatabaseBreaker breaker, TimeProvider clock)
    : IObservedCache, IDisposable
{
    /// <summary>A cached token takes about 3 KB; tokens beyond this limit are validated on each request.</summary>
    private const int MaxCachedTokens = 20_000;

    private static readonly TokenVerdict Invalid = new TokenVerdict.Refused(Problems.InvalidToken);
    private static readonly TokenVerdict Expired = new TokenVerdict.Refused(Problems.TokenExpired);

    private readonly CredentialCache<VerifiedToken> _cache = new(changes, breaker, clock, MaxCachedTokens);

    public CacheCounts Counts => _cache.CountsOf("access_token");

    /// <summary>The cached verdict, or null if only the database can tell.</summary>
    public TokenVerdict? FindCached(string token) =>
        token.Length > AccessTokens.MaxTokenLength ? Invalid
        : _cache.TryGet(token, out var known) ? CreateVerdict(known)
        : null;

    /// <exception cref="Exception">The database is unavailable (<see cref="DatabaseFailure"/>), and the cached result is too old to use.</exception>
    public ValueTask<TokenVerdict> CheckAsync(string token, CancellationToken cancellationToken) =>
        FindCached(token) is { } known ? new(known) : new(VerifyAsync(token, cancellationToken));

    public void Dispose() => _cache.Dispose();

    private async Task<TokenVerdict> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        TokenVerdict refused = Invalid;
        var verified = await _cache.QueryAsync(
            token,
            async (previous, queryCancellation) =>
            {
                var (claims, keyId) = (previous?.Token, previous?.KeyId);
                if (claims is null || !accessTokens.HasKey(keyId))
                {
                    var result = await AccessTokens.Handler.ValidateTokenAsync(token, accessTokens.Validation);
                    if (!result.IsValid || !AccessTokens.HasRequiredIds(result.ClaimsIdentity))
                    {
                        refused = result.Exception is SecurityTokenExpiredException ? Expired : Invalid;
                        return null;
                    }

                    (claims, keyId) = (result.ClaimsIdentity, ((JsonWebToken)result.SecurityToken).Kid);
                }

                var status = await sessions.ReadStatusAsync(AccessTokens.SessionId(claims), AccessTokens.UserId(claims), queryCancellation);
                return new VerifiedToken(claims, keyId, status);
            },
            cancellationToken);
        return verified is null ? refused : CreateVerdict(verified);
    }

    private TokenVerdict CreateVerdict(VerifiedToken token)
    {
        var now = clock.GetUtcNow();
        if (token.RefusalAt(now) is { } refusal)
        {
            return new TokenVerdict.Refused(refusal);
        }

        if (LastUses.IsDue(token.UseRecordedAt, now))
        {
            token.UseRecordedAt = now;
            uses.RecordSessionUse(token.SessionId, now);
        }

        return token.Valid;
    }
}
