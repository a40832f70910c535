using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.SigningKeys;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>An access token with a valid signature and valid claims, and the state of its session.</summary>
internal sealed class VerifiedToken : ICachedCredential
{
    private readonly DateTimeOffset _sessionEnd = DateTimeOffset.MaxValue;

    /// <param name="token">The signed claims.</param>
    /// <param name="keyId">The id of the signing key; null for HS256, whose keys have no ids.</param>
    /// <param name="status">The state of the session in the database.</param>
    public VerifiedToken(ClaimsIdentity token, string? keyId, SessionStatus status)
    {
        Token = token;
        KeyId = keyId;
        UserId = AccessTokens.UserId(token);
        SessionId = AccessTokens.SessionId(token);
        ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(AccessTokens.ReadSeconds(token, "exp"));
        Caller = new(token);
        Valid = new(this);
        switch (status)
        {
            case SessionStatus.Live live:
                Caller = new(WithCurrentData(token, live)) { Credential = this };
                UserQuota = live.Quota;
                Billing = live.Billing;
                _sessionEnd = live.ExpiresAt;
                break;
            case SessionStatus.AccountDisabled:
                Refusal = Problems.AccountDisabled;
                break;
            default:
                Refusal = Problems.SessionRevoked;
                break;
        }
    }

    /// <summary>The signed claims.</summary>
    public ClaimsIdentity Token { get; }

    /// <summary>The <c>kid</c> of the signing key.</summary>
    public string? KeyId { get; }

    /// <summary>The caller: the signed claims, with the current email, tier, and roles. It is shared by requests, so it must not change.</summary>
    public KnownCaller Caller { get; }

    public Guid UserId { get; }

    /// <summary>The quota that an administrator set for the user; null for that of the tier.</summary>
    public QuotaLimits? UserQuota { get; }

    /// <summary>The period of the user's subscription, for which quotas count; null without one.</summary>
    public BillingPeriod? Billing { get; }

    public Guid SessionId { get; }

    public DateTimeOffset ExpiresAt { get; }

    public DateTimeOffset ValidUntil => ExpiresAt + SignedTokens.ClockSkew;

    /// <summary>Created once, because each request needs it.</summary>
    public TokenVerdict.Valid Valid { get; }

    /// <summary>Why the token is no longer accepted although it is authentic; null if it is.</summary>
    public Refusal? Refusal { get; }

    /// <summary>When its use was last recorded. Two requests may race to record it, which does no harm.</summary>
    public DateTimeOffset UseRecordedAt { get; set; }

    /// <summary>Returns the reason why the token isn't accepted at this time, or null.</summary>
    public Refusal? RefusalAt(DateTimeOffset now) => now > ValidUntil ? Problems.TokenExpired : now >= _sessionEnd ? Problems.SessionRevoked : Refusal;

    /// <summary>The token's data can be up to 30 minutes old, so a changed email, role, or tier takes effect through the current values.</summary>
    private static ClaimsIdentity WithCurrentData(ClaimsIdentity token, SessionStatus.Live live) => new(
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
