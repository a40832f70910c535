using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The rate limit of logins.</summary>
internal static class LoginLimits
{
    /// <summary>Login attempts per address. Both steps of a login count.</summary>
    public static readonly RateLimit Login = new("login", 600, TimeSpan.FromMinutes(1));
}
