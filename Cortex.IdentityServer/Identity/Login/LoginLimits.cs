using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>How often one address may try to log in.</summary>
internal static class LoginLimits
{
    /// <summary>Both steps of a login from one address, together.</summary>
    public static readonly RateLimit Login = new("login", 600, TimeSpan.FromMinutes(1));
}
