using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>The quotas that apply to a caller.</summary>
/// <param name="UserId">The user.</param>
/// <param name="User">The user's quota, with the mode, which applies to the key's quota too.</param>
/// <param name="KeyId">The API key; null for an access token.</param>
/// <param name="Key">The key's own quota; null if it has none.</param>
/// <param name="Billing">The period of the user's subscription, for which both quotas count; null without one.</param>
internal sealed record AppliedQuota(Guid UserId, QuotaLimits User, Guid? KeyId = null, QuotaLimits? Key = null, BillingPeriod? Billing = null)
{
    /// <summary>Whether requests beyond the quota are refused.</summary>
    public bool IsHard => User.Mode == QuotaLimits.Hard;

    /// <summary>Returns the period for which the quotas count at a time.</summary>
    public QuotaPeriod PeriodAt(DateTimeOffset now) => QuotaPeriod.Of(Billing, now);

    public QuotaSubject UserSubject(QuotaPeriod period) => new(UserId, Guid.Empty, period.CountsFrom, period.CountsTo);

    public QuotaSubject? KeySubject(QuotaPeriod period) =>
        Key is not null && KeyId is { } id ? new(UserId, id, period.CountsFrom, period.CountsTo) : null;
}
