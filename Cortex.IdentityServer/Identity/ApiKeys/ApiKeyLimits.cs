using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>How often one address may try keys.</summary>
internal static class ApiKeyLimits
{
    /// <summary>API keys from one address that aren't known: each costs a query.</summary>
    public static readonly RateLimit UnknownKeys = new("unknown_keys", 120, TimeSpan.FromMinutes(1));
}
