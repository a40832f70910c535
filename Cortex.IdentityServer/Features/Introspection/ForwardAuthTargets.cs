using Microsoft.AspNetCore.Http.Features;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>Recognizes what proxies make of <c>/verify</c>: Envoy keeps the client's method and appends its path and query.</summary>
/// <remarks>
/// Decided by the bytes of the request line, before anything is decoded or a dot segment is resolved: otherwise a client's <c>/../health</c> would be another
/// route, whose 200 the proxy would take for a permission.
/// </remarks>
internal static class ForwardAuthTargets
{
    public const string Path = "/api/v1/auth/verify";

    public static IApplicationBuilder UseForwardAuthTargets(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (target.StartsWith(Path, StringComparison.OrdinalIgnoreCase) && (target.Length == Path.Length || target[Path.Length] is '/' or '?'))
        {
            Rewrite(context.Request, isExact: target.Length == Path.Length || target[Path.Length] == '?');
        }

        return next(context);
    });

    /// <summary>The query belongs to the operator where the path is exactly that of the route, and to the proxy's client where it goes on.</summary>
    private static void Rewrite(HttpRequest request, bool isExact)
    {
        request.Path = Path;
        if (!isExact)
        {
            request.QueryString = QueryString.Empty;
        }

        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            request.Method = HttpMethods.Get;
        }
    }
}
