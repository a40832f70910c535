namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Puts the choice on a route.</summary>
internal static class CookieAloneExtensions
{
    public static TBuilder WithRefreshCookieAlone<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new CookieAlone(IsWanted: true));

    public static TBuilder UnlessRefreshCookieAlone<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new CookieAlone(IsWanted: false));
}
