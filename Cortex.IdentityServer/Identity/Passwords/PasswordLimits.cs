using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>How often one address may guess passwords.</summary>
internal static class PasswordLimits
{
    /// <summary>Logins from one address that failed. A permit is taken before the attempt and given back if it didn't fail.</summary>
    public static readonly RateLimit LoginFailures = new("login_failures", 20, TimeSpan.FromMinutes(5));
}
