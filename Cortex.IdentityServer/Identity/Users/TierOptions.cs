using System.Collections.Frozen;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>The subscription tiers, and the rate limit of each tier's API keys (<c>API_KEY_LIMITS</c>).</summary>
internal sealed class TierOptions
{
    private readonly FrozenDictionary<string, RateLimit> _limits;

    private TierOptions(Dictionary<string, int> numbers)
    {
        Names = [.. Defaults.Keys, .. numbers.Keys.Except(Defaults.Keys).Order(StringComparer.Ordinal)];
        _limits = Names.ToFrozenDictionary(
            tier => tier,
            tier => DefaultLimitOf(tier) with { Permits = numbers.GetValueOrDefault(tier, DefaultLimitOf(tier).Permits) },
            StringComparer.Ordinal);
    }

    /// <summary>The built-in tiers, with their default limits.</summary>
    public static IReadOnlyDictionary<string, RateLimit> Defaults { get; } = new Dictionary<string, RateLimit>
    {
        [User.FreeTier] = Requests(60),
        ["pro"] = Requests(600),
        ["enterprise"] = Requests(6000),
    };

    /// <summary>The names of the built-in tiers, followed by those that the operator added.</summary>
    public IReadOnlyList<string> Names { get; }

    public static TierOptions Read(SettingsReader settings) => new(RateLimitSettings.Read(
        settings, "API_KEY_LIMITS", TierName.IsValid, $"a tier of at most {TierName.MaxLength} characters, such as {string.Join(", ", Defaults.Keys)}"));

    /// <summary>Returns the rate limit of a tier's API keys. An unknown tier has the limit of the free one.</summary>
    public RateLimit LimitOf(string? tier) => tier is not null && _limits.TryGetValue(tier, out var limit) ? limit : _limits[User.FreeTier];

    private static RateLimit DefaultLimitOf(string tier) => Defaults.GetValueOrDefault(tier, Defaults[User.FreeTier]);

    /// <summary>Creates a limit. All tiers share one name, so that a user who moves to another tier keeps the current count.</summary>
    private static RateLimit Requests(int permits) => new("api_key", permits, TimeSpan.FromMinutes(1));
}
