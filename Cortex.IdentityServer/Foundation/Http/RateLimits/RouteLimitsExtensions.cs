namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Puts a limit on a route or a group; routes that name the same one share its count.</summary>
internal static class RouteLimitsExtensions
{
    public static TBuilder LimitedBy<TBuilder>(this TBuilder route, RateLimit perAddress, RateLimit? perUser = null)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RouteLimits(perAddress, perUser));
}
