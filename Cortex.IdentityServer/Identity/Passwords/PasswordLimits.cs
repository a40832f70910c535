using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>The rate limit of failed logins.</summary>
internal static class PasswordLimits
{
    /// <summary>Failed logins per address. Each attempt takes a permit, which is returned if the attempt doesn't fail.</summary>
    public static readonly RateLimit LoginFailures = new("login_failures", 20, TimeSpan.FromMinutes(5));
}
