using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>The rate limits of reports and lists of usage.</summary>
internal static class UsageLimits
{
    /// <summary>Requests per address.</summary>
    public static readonly RateLimit PerAddress = new("usage", 1200, TimeSpan.FromMinutes(1));

    /// <summary>Requests per user with a session, from any address.</summary>
    public static readonly RateLimit PerUser = new("usage_user", 300, TimeSpan.FromMinutes(1));
}
