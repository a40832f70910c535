using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>The rate limit of unknown API keys.</summary>
internal static class ApiKeyLimits
{
    /// <summary>Unknown API keys per address. Each of them costs a query.</summary>
    public static readonly RateLimit UnknownKeys = new("unknown_keys", 120, TimeSpan.FromMinutes(1));
}
