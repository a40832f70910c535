using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>How often somebody who is logged in may do what hashes or writes secrets.</summary>
internal static class SensitiveLimits
{
    /// <summary>Such calls from one address.</summary>
    public static readonly RateLimit PerAddress = new("sensitive", 600, TimeSpan.FromMinutes(1));

    /// <summary>Such calls of one user, from any address.</summary>
    public static readonly RateLimit PerUser = new("sensitive_user", 300, TimeSpan.FromMinutes(1));
}
