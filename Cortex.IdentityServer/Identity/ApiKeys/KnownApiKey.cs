using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>An API key that exists in the database, with its owner.</summary>
internal sealed class KnownApiKey : ICachedCredential
{
    private readonly ApiKeyVerdict.Valid _valid;

    public KnownApiKey() => _valid = new(this);

    public required Guid Id { get; init; }

    public required Guid UserId { get; init; }

    public required string Email { get; init; }

    public required string Tier { get; init; }

    /// <summary>The scopes that take effect (<see cref="ApiKeyOptions.EffectiveScopes"/>).</summary>
    public required string[] Scopes { get; init; }

    public required DateTimeOffset? CreatedAt { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether both the key and its owner's account are active.</summary>
    public required bool IsActive { get; init; }

    /// <summary>The quota that an administrator set for the owner; null for that of the tier.</summary>
    public QuotaLimits? UserQuota { get; init; }

    /// <summary>The key's own quota; null if it has none.</summary>
    public QuotaLimits? MonthlyQuota { get; init; }

    /// <summary>The period of the owner's subscription, for which both quotas count; null without one.</summary>
    public BillingPeriod? Billing { get; init; }

    public DateTimeOffset ValidUntil => DateTimeOffset.MaxValue;

    /// <summary>The caller that this key authenticates. It is created once and shared by requests, so it must not change.</summary>
    public KnownCaller Caller => field ??= new(new ClaimsIdentity(
        [
            new(CortexClaims.Subject, UserId.ToString()),
            new(CortexClaims.ApiKeyId, Id.ToString()),
            new(CortexClaims.Email, Email),
            new(CortexClaims.Tier, Tier),
            .. Scopes.Select(scope => new Claim(CortexClaims.Scope, scope)),
        ],
        AuthenticationSchemes.ApiKey,
        CortexClaims.Subject,
        CortexClaims.Roles))
    {
        Credential = this,
    };

    /// <summary>When its use was last recorded. Two requests may race to record it, which does no harm.</summary>
    public DateTimeOffset UseRecordedAt { get; set; }

    public ApiKeyVerdict VerdictAt(DateTimeOffset now) => !IsActive ? ApiKeyVerdict.Invalid : ExpiresAt <= now ? ApiKeyVerdict.Expired : _valid;
}
