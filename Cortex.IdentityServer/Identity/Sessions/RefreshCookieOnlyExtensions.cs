namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Marks which of two routes with the same path handles requests with only the refresh cookie.</summary>
internal static class RefreshCookieOnlyExtensions
{
    public static TBuilder WhenRefreshCookieOnly<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RefreshCookieOnly(IsWanted: true));

    public static TBuilder UnlessRefreshCookieOnly<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RefreshCookieOnly(IsWanted: false));
}
