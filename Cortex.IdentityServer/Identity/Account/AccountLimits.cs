using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>How often one address may register and ask for mails.</summary>
internal static class AccountLimits
{
    /// <summary>Registrations from one address.</summary>
    public static readonly RateLimit Register = new("register", 300, TimeSpan.FromMinutes(1));

    /// <summary>From one address: asking for mails, and using the links in them.</summary>
    public static readonly RateLimit Mails = new("mails", 600, TimeSpan.FromMinutes(1));
}
