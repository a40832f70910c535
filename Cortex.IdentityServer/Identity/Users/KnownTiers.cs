namespace Cortex.IdentityServer.Identity.Users;

/// <summary>The tiers that accounts can be given: free, pro, enterprise, and what <c>API_KEY_LIMITS</c> names besides.</summary>
internal sealed class KnownTiers(TierOptions tiers)
{
    /// <summary>Why an account can't be given this tier; null when it can, or when it has it already.</summary>
    public string? WhyRefused(string? tier, string? current = null) =>
        tier is null || tier == current || tiers.Names.Contains(tier)
            ? null
            : $"must be one of {string.Join(", ", tiers.Names)}; others can be named in API_KEY_LIMITS";
}
