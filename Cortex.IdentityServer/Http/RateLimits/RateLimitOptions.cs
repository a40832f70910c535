using System.Collections.Frozen;
using System.Globalization;
using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Configuration;

namespace Cortex.IdentityServer.Http.RateLimits;

/// <summary>The numbers that the operator chose for the named limits and for the tiers of API keys.</summary>
internal sealed class RateLimitOptions
{
    internal const int Most = 1_000_000_000;

    private readonly FrozenDictionary<string, int> _permits;
    private readonly FrozenDictionary<string, RateLimit> _tiers;

    private RateLimitOptions(Dictionary<string, int> permits, Dictionary<string, int> tiers, RedisAddress? redis)
    {
        Redis = redis;
        _permits = permits.ToFrozenDictionary(StringComparer.Ordinal);
        _tiers = RateLimits.ApiKeyTiers.ToFrozenDictionary(
            tier => tier.Key, tier => tier.Value with { Permits = tiers.GetValueOrDefault(tier.Key, tier.Value.Permits) }, StringComparer.Ordinal);
    }

    /// <summary>Where replicas count together; null where each counts alone.</summary>
    public RedisAddress? Redis { get; }

    public static RateLimitOptions Read(SettingsReader settings) => new(
        Numbers(settings, "RATE_LIMITS", [.. RateLimits.All.Select(limit => limit.Name)]),
        Numbers(settings, "API_KEY_LIMITS", [.. RateLimits.ApiKeyTiers.Keys]),
        RedisAddress.Read(settings));

    /// <summary>The permits of a limit's window: the operator's number, or its default.</summary>
    public int PermitsOf(RateLimit limit) => _permits.GetValueOrDefault(limit.Name, limit.Permits);

    /// <summary>The limit of an owner's API keys; a tier that nobody knows buys nothing.</summary>
    public RateLimit OfTier(string? tier) => tier is not null && _tiers.TryGetValue(tier, out var limit) ? limit : _tiers[User.FreeTier];

    private static Dictionary<string, int> Numbers(SettingsReader settings, string variable, string[] names)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var pair in settings.List(variable).Select(entry => entry.Split('=', StringSplitOptions.TrimEntries)))
        {
            if (pair is not [var name, var text] || !names.Contains(name)
                || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > Most
                || !numbers.TryAdd(name, number))
            {
                settings.Refuse(variable, $"must be name=number pairs separated by commas, each name once, of {string.Join(", ", names)}, the number from 1 to {Most}");
                break;
            }
        }

        return numbers;
    }
}
