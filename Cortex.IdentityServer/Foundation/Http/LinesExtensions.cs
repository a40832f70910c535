namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// Marks a route that reads or writes lines of JSON. ASP.NET Core's own metadata would make routing reject other media types with a misleading problem.
/// </summary>
internal static class LinesExtensions
{
    public static RouteHandlerBuilder AcceptsLines<TLine>(this RouteHandlerBuilder route) => route.WithMetadata(new RequestLines(typeof(TLine)));

    public static RouteHandlerBuilder ReturnsLines(this RouteHandlerBuilder route, params Type[] lines) => route.WithMetadata(new ResponseLines(lines));
}
