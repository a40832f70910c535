namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Limits a route or a group. Routes with the same limit share its counts.</summary>
internal static class RouteLimitsExtensions
{
    public static TBuilder LimitedBy<TBuilder>(this TBuilder route, RateLimit perAddress, RateLimit? perUser = null)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RouteLimits(perAddress, perUser));
}
