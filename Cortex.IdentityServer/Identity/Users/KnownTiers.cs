namespace Cortex.IdentityServer.Identity.Users;

/// <summary>The subscription tiers that can be assigned to accounts: free, pro, enterprise, and any others named in <c>API_KEY_LIMITS</c>.</summary>
internal sealed class KnownTiers(TierOptions tiers)
{
    /// <summary>Returns why this tier can't be assigned to an account, or null if it can or if the account already has it.</summary>
    public string? Validate(string? tier, string? current = null) =>
        tier is null || tier == current || tiers.Names.Contains(tier)
            ? null
            : $"must be one of {string.Join(", ", tiers.Names)}; the operator can add others in API_KEY_LIMITS";
}
