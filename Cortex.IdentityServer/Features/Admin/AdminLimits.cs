using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>The rate limit of administration.</summary>
internal static class AdminLimits
{
    /// <summary>Requests per address and per administrator.</summary>
    public static readonly RateLimit Admin = new("admin", 1200, TimeSpan.FromMinutes(1));
}
