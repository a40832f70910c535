using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.SigningKeys;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>An access token whose signature and claims hold, and what is known of its session.</summary>
internal sealed class VerifiedToken : ICachedCredential
{
    private readonly DateTimeOffset _sessionEnds = DateTimeOffset.MaxValue;

    /// <param name="token">The claims as they were signed.</param>
    /// <param name="keyId">The key that signed them; null where keys have no names.</param>
    /// <param name="standing">What the database says of the session.</param>
    public VerifiedToken(ClaimsIdentity token, string? keyId, SessionStanding standing)
    {
        Token = token;
        KeyId = keyId;
        UserId = AccessTokens.UserId(token);
        SessionId = AccessTokens.SessionId(token);
        ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(AccessTokens.Seconds(token, "exp"));
        Caller = new(token);
        Good = new(this);
        switch (standing)
        {
            case SessionStanding.Live live:
                Caller = new(AsOfNow(token, live));
                _sessionEnds = live.ExpiresAt;
                break;
            case SessionStanding.AccountDisabled:
                Refusal = Problems.AccountDisabled;
                break;
            default:
                Refusal = Problems.SessionRevoked;
                break;
        }
    }

    /// <summary>The claims as they were signed.</summary>
    public ClaimsIdentity Token { get; }

    /// <summary>The <c>kid</c> of the key that signed it.</summary>
    public string? KeyId { get; }

    /// <summary>Who calls: the signed claims, with email, tier and roles as they are now. Shared by requests, so never changed.</summary>
    public KnownCaller Caller { get; }

    public Guid UserId { get; }

    public Guid SessionId { get; }

    public DateTimeOffset ExpiresAt { get; }

    public DateTimeOffset ValidUntil => ExpiresAt + SignedTokens.ClockSkew;

    /// <summary>Made once, as each request asks for it.</summary>
    public TokenVerdict.Good Good { get; }

    /// <summary>Why it counts no more, although it is genuine.</summary>
    public Refusal? Refusal { get; }

    /// <summary>When its use was last noted; a lost race notes it twice, which does no harm.</summary>
    public DateTimeOffset NotedAt { get; set; }

    /// <summary>Why it doesn't count at this time, or null.</summary>
    public Refusal? RefusalAt(DateTimeOffset now) => now > ValidUntil ? Problems.TokenExpired : now >= _sessionEnds ? Problems.SessionRevoked : Refusal;

    /// <summary>What the token says of its user is up to 30 minutes old; a role that was taken away, or a tier, counts as it is now.</summary>
    private static ClaimsIdentity AsOfNow(ClaimsIdentity token, SessionStanding.Live live) => new(
        [
            .. token.Claims.Where(claim => claim.Type is not (CortexClaims.Roles or CortexClaims.Email or CortexClaims.Tier)),
            new(CortexClaims.Email, live.User.Email),
            new(CortexClaims.Tier, live.User.Tier),
            .. live.User.Roles.Select(role => new Claim(CortexClaims.Roles, role)),
            .. live.Factors.Select(factor => new Claim(CortexClaims.SecondFactor, factor)),
        ],
        token.AuthenticationType,
        token.NameClaimType,
        token.RoleClaimType);
}
