using System.Collections.Frozen;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>The rate limits that the operator has set, and the address of Redis.</summary>
internal sealed class RateLimitOptions
{
    private readonly FrozenDictionary<string, int> _permits;

    private RateLimitOptions(Dictionary<string, int> permits, RedisAddress? redis)
    {
        Redis = redis;
        _permits = permits.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The Redis server where replicas share their counts, or null if each counts alone.</summary>
    public RedisAddress? Redis { get; }

    /// <summary>Reads <c>RATE_LIMITS</c> and <c>REDIS_URL</c>.</summary>
    /// <param name="settings">The reader of the variables.</param>
    /// <param name="declared">The limits that <c>RATE_LIMITS</c> may override.</param>
    public static RateLimitOptions Read(SettingsReader settings, IEnumerable<RateLimit> declared)
    {
        string[] names = [.. declared.Select(limit => limit.Name).Order(StringComparer.Ordinal)];
        return new(RateLimitSettings.Read(settings, "RATE_LIMITS", names.Contains, $"of {string.Join(", ", names)}"), RedisAddress.Read(settings));
    }

    /// <summary>Returns the limit's number of permits per window: the operator's number or the default.</summary>
    public int PermitsOf(RateLimit limit) => _permits.GetValueOrDefault(limit.Name, limit.Permits);
}
