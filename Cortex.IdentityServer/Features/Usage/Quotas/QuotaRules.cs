using System.Collections.Frozen;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>Determines which quota applies to a caller: that of the user's tier, overridden by an administrator, and the API key's own.</summary>
internal sealed class QuotaRules(QuotaOptions options)
{
    /// <summary>The quotas of tiers, with the mode. They are created once, because most requests need one.</summary>
    private readonly FrozenDictionary<string, QuotaLimits> _tiers =
        options.Tiers.ToFrozenDictionary(tier => tier.Key, tier => tier.Value with { Mode = options.Mode }, StringComparer.Ordinal);

    private readonly QuotaLimits _none = QuotaLimits.None with { Mode = options.Mode };

    /// <summary>The tiers that have a quota.</summary>
    public IReadOnlyDictionary<string, QuotaLimits> Tiers => _tiers;

    /// <summary>Returns the quota of a user; what isn't limited is null.</summary>
    /// <param name="tier">The user's subscription tier.</param>
    /// <param name="own">What an administrator set for the user.</param>
    public QuotaLimits OfUser(string? tier, QuotaLimits? own)
    {
        var general = tier is not null && _tiers.TryGetValue(tier, out var limits) ? limits : _none;
        return own is null
            ? general
            : new(
                own.Requests ?? general.Requests, own.TokensUsed ?? general.TokensUsed, own.CostMicros ?? general.CostMicros, own.Mode ?? general.Mode);
    }

    /// <summary>Returns the quotas that apply to requests with a key, or null if none does.</summary>
    public AppliedQuota? OfKey(KnownApiKey key)
    {
        var user = OfUser(key.Tier, key.UserQuota);
        return user.IsLimited || key.MonthlyQuota is not null ? new(key.UserId, user, key.Id, key.MonthlyQuota, key.Billing) : null;
    }
}
