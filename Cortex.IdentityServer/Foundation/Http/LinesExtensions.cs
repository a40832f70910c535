namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Notes on a route that it reads or writes lines. By ASP.NET's own notes routing would refuse other bodies, in words that are about JSON.</summary>
internal static class LinesExtensions
{
    public static RouteHandlerBuilder TakesLines<TLine>(this RouteHandlerBuilder route) => route.WithMetadata(new RequestLines(typeof(TLine)));

    public static RouteHandlerBuilder AnswersLines(this RouteHandlerBuilder route, params Type[] lines) => route.WithMetadata(new ResponseLines(lines));
}
