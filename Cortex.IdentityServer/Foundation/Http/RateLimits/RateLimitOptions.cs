using System.Collections.Frozen;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>The numbers that the operator chose for limits that parts of the server declare, and where they are counted.</summary>
internal sealed class RateLimitOptions
{
    private readonly FrozenDictionary<string, int> _permits;

    private RateLimitOptions(Dictionary<string, int> permits, RedisAddress? redis)
    {
        Redis = redis;
        _permits = permits.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Where replicas count together; null where each counts alone.</summary>
    public RedisAddress? Redis { get; }

    /// <param name="settings"><c>RATE_LIMITS</c> and <c>REDIS_URL</c>.</param>
    /// <param name="declared">The limits that <c>RATE_LIMITS</c> may name.</param>
    public static RateLimitOptions Read(SettingsReader settings, IEnumerable<RateLimit> declared)
    {
        string[] names = [.. declared.Select(limit => limit.Name).Order(StringComparer.Ordinal)];
        return new(RateLimitNumbers.Read(settings, "RATE_LIMITS", names.Contains, $"of {string.Join(", ", names)}"), RedisAddress.Read(settings));
    }

    /// <summary>The permits of a limit's window: the operator's number, or its default.</summary>
    public int PermitsOf(RateLimit limit) => _permits.GetValueOrDefault(limit.Name, limit.Permits);
}
