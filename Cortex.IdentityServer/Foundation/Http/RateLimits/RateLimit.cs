namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>How much is allowed: so many in a window that begins with the first of them.</summary>
/// <param name="Name">Names the count, so limits of the same name share it; also how <c>RATE_LIMITS</c> calls it.</param>
/// <param name="Permits">The most in one window, unless the operator says otherwise.</param>
/// <param name="Window">How long a window lasts.</param>
internal sealed record RateLimit(string Name, int Permits, TimeSpan Window);
