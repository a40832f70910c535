using System.Collections.Frozen;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>The subscription tiers, and how many requests with API keys each allows (<c>API_KEY_LIMITS</c>).</summary>
internal sealed class TierOptions
{
    private readonly FrozenDictionary<string, RateLimit> _limits;

    private TierOptions(Dictionary<string, int> numbers)
    {
        Names = [.. Usual.Keys, .. numbers.Keys.Except(Usual.Keys).Order(StringComparer.Ordinal)];
        _limits = Names.ToFrozenDictionary(
            tier => tier, tier => UsualOf(tier) with { Permits = numbers.GetValueOrDefault(tier, UsualOf(tier).Permits) }, StringComparer.Ordinal);
    }

    /// <summary>The tiers that there always are, with their limit unless the operator says otherwise.</summary>
    public static IReadOnlyDictionary<string, RateLimit> Usual { get; } = new Dictionary<string, RateLimit>
    {
        [User.FreeTier] = Requests(60),
        ["pro"] = Requests(600),
        ["enterprise"] = Requests(6000),
    };

    /// <summary>Those that there always are, and those that the operator named besides.</summary>
    public IReadOnlyList<string> Names { get; }

    public static TierOptions Read(SettingsReader settings) => new(RateLimitSettings.Read(
        settings, "API_KEY_LIMITS", TierName.CanBe, $"a tier of at most {TierName.Longest} characters, such as {string.Join(", ", Usual.Keys)}"));

    /// <summary>The limit of an owner's API keys; a tier that isn't named has the limit of the free one.</summary>
    public RateLimit LimitOf(string? tier) => tier is not null && _limits.TryGetValue(tier, out var limit) ? limit : _limits[User.FreeTier];

    private static RateLimit UsualOf(string tier) => Usual.GetValueOrDefault(tier, Usual[User.FreeTier]);

    /// <summary>One name for all tiers: who is moved to another tier takes the count along.</summary>
    private static RateLimit Requests(int permits) => new("api_key", permits, TimeSpan.FromMinutes(1));
}
