namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>A maximum number of requests in a fixed window that begins with the first of them.</summary>
/// <param name="Name">The name in <c>RATE_LIMITS</c>. Limits with the same name share their counts.</param>
/// <param name="Permits">The maximum number of requests per window, unless <c>RATE_LIMITS</c> overrides it.</param>
/// <param name="Window">The length of a window.</param>
internal sealed record RateLimit(string Name, int Permits, TimeSpan Window);
