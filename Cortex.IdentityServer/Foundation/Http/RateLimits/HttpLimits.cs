namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>The rate limits of public documents and health checks.</summary>
internal static class HttpLimits
{
    /// <summary>Health checks per address.</summary>
    public static readonly RateLimit Health = new("health", 6000, TimeSpan.FromMinutes(1));

    /// <summary>Requests for public documents per address.</summary>
    public static readonly RateLimit Documents = new("documents", 600, TimeSpan.FromMinutes(1));
}
