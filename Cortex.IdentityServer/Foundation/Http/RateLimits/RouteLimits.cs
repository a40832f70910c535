namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>A route's rate limits: one per address, which applies first, and optionally one per user, which applies after authentication.</summary>
internal sealed record RouteLimits(RateLimit PerAddress, RateLimit? PerUser);
