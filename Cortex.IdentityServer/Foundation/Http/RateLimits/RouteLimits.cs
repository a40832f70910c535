namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>What limits a route: each address before anything else, and each user once it is known who calls.</summary>
internal sealed record RouteLimits(RateLimit PerAddress, RateLimit? PerUser);
