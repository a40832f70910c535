using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>How often administrators may call.</summary>
internal static class AdminLimits
{
    /// <summary>Administration from one address, and by one administrator.</summary>
    public static readonly RateLimit Admin = new("admin", 1200, TimeSpan.FromMinutes(1));
}
