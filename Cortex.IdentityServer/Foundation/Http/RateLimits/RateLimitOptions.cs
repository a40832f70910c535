using System.Collections.Frozen;
using System.Globalization;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

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
        Tiers = [.. RateLimits.ApiKeyTiers.Keys, .. tiers.Keys.Except(RateLimits.ApiKeyTiers.Keys).Order(StringComparer.Ordinal)];
        _tiers = Tiers.ToFrozenDictionary(
            tier => tier, tier => UsualOf(tier) with { Permits = tiers.GetValueOrDefault(tier, UsualOf(tier).Permits) }, StringComparer.Ordinal);
    }

    /// <summary>Where replicas count together; null where each counts alone.</summary>
    public RedisAddress? Redis { get; }

    /// <summary>Those that there always are, and those that the operator named besides.</summary>
    public IReadOnlyList<string> Tiers { get; }

    public static RateLimitOptions Read(SettingsReader settings) => new(
        Numbers(settings, "RATE_LIMITS", [.. RateLimits.All.Select(limit => limit.Name)]),
        Numbers(settings, "API_KEY_LIMITS", names: null),
        RedisAddress.Read(settings));

    /// <summary>The permits of a limit's window: the operator's number, or its default.</summary>
    public int PermitsOf(RateLimit limit) => _permits.GetValueOrDefault(limit.Name, limit.Permits);

    /// <summary>The limit of an owner's API keys; a tier that isn't named has the limit of the free one.</summary>
    public RateLimit OfTier(string? tier) => tier is not null && _tiers.TryGetValue(tier, out var limit) ? limit : _tiers[User.FreeTier];

    private static RateLimit UsualOf(string tier) => RateLimits.ApiKeyTiers.GetValueOrDefault(tier, RateLimits.ApiKeyTiers[User.FreeTier]);

    private static Dictionary<string, int> Numbers(SettingsReader settings, string variable, string[]? names)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var pair in settings.List(variable).Select(entry => entry.Split('=', StringSplitOptions.TrimEntries)))
        {
            if (pair is not [var name, var text] || !(names?.Contains(name) ?? TierName.CanBe(name))
                || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > Most
                || !numbers.TryAdd(name, number))
            {
                var kinds = names is null
                    ? $"a tier of at most {TierName.Longest} characters, such as {string.Join(", ", RateLimits.ApiKeyTiers.Keys)}"
                    : $"of {string.Join(", ", names)}";
                settings.Refuse(variable, $"must be name=number pairs separated by commas, each name once, {kinds}, the number from 1 to {Most}");
                break;
            }
        }

        return numbers;
    }
}
