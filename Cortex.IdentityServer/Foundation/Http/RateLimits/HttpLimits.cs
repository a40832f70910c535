namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Limits of what anybody may read.</summary>
internal static class HttpLimits
{
    /// <summary>Health checks from one address.</summary>
    public static readonly RateLimit Health = new("health", 6000, TimeSpan.FromMinutes(1));

    /// <summary>Documents that anybody may read, from one address.</summary>
    public static readonly RateLimit Documents = new("documents", 600, TimeSpan.FromMinutes(1));
}
