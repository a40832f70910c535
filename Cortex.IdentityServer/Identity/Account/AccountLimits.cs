using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>The rate limits of registrations and emails.</summary>
internal static class AccountLimits
{
    /// <summary>Registrations per address.</summary>
    public static readonly RateLimit Register = new("register", 300, TimeSpan.FromMinutes(1));

    /// <summary>Requests for emails, and uses of the links in them, per address.</summary>
    public static readonly RateLimit Email = new("mails", 600, TimeSpan.FromMinutes(1));
}
