namespace Cortex.IdentityServer.Http.RateLimits;

/// <summary>What limits a route: each address before anything else, and each user once it is known who calls.</summary>
internal sealed record RouteLimits(RateLimit PerAddress, RateLimit? PerUser);

/// <summary>Puts a limit on a route or a group; routes that name the same one share its count.</summary>
internal static class RouteLimitsExtensions
{
    public static TBuilder LimitedBy<TBuilder>(this TBuilder route, RateLimit perAddress, RateLimit? perUser = null)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RouteLimits(perAddress, perUser));
}
