using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Features.WebConsole;

/// <summary>The rate limit of the console's files. The console's calls of the API count against the limits of the routes.</summary>
internal static class ConsoleLimits
{
    /// <summary>Pages and their files per address. Opening a page takes up to 30 requests, and a whole office may share an address.</summary>
    public static readonly RateLimit PerAddress = new("console", 6000, TimeSpan.FromMinutes(1));
}
