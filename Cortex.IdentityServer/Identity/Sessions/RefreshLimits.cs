using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>The rate limits of refreshing sessions.</summary>
internal static class RefreshLimits
{
    /// <summary>Refreshes and logouts per address, which many users may share.</summary>
    public static readonly RateLimit PerAddress = new("refresh", 6000, TimeSpan.FromMinutes(1));

    /// <summary>Refreshes per session.</summary>
    public static readonly RateLimit PerSession = new("refresh_session", 60, TimeSpan.FromMinutes(1));
}
