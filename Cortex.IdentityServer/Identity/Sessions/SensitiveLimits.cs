using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>The rate limits of logged-in users for routes that hash or write secrets.</summary>
internal static class SensitiveLimits
{
    /// <summary>Requests per address.</summary>
    public static readonly RateLimit PerAddress = new("sensitive", 600, TimeSpan.FromMinutes(1));

    /// <summary>Requests per user, from any address.</summary>
    public static readonly RateLimit PerUser = new("sensitive_user", 300, TimeSpan.FromMinutes(1));
}
