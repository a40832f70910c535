using Microsoft.AspNetCore.Http.Features;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>Maps the variants of <c>/verify</c> that proxies request to the route: Envoy keeps the client's method and appends its path and query.</summary>
/// <remarks>
/// This uses the raw request target, before it is decoded and dot segments are resolved. Otherwise a client's <c>/../health</c> would reach another route,
/// and the proxy would take its 200 for an authorization.
/// </remarks>
internal static class ForwardAuthTargets
{
    public const string Path = "/api/v1/auth/verify";

    public static IApplicationBuilder UseForwardAuthTargets(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (target.StartsWith(Path, StringComparison.OrdinalIgnoreCase) && (target.Length == Path.Length || target[Path.Length] is '/' or '?'))
        {
            var isExact = target.Length == Path.Length || target[Path.Length] == '?';
            Rewrite(context.Request, isExact);
            if (isExact)
            {
                DenyStatus.ApplyTo(context);
            }
        }

        return next(context);
    });

    /// <summary>The query is the operator's if the path is exactly that of the route, and the proxy's client's if the path continues.</summary>
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
