namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Marks which of two routes with the same path handles requests with only the refresh cookie.</summary>
internal static class CookieAloneExtensions
{
    public static TBuilder WithRefreshCookieAlone<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new CookieAlone(IsWanted: true));

    public static TBuilder UnlessRefreshCookieAlone<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new CookieAlone(IsWanted: false));
}
