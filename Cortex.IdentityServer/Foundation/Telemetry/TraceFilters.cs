using System.Diagnostics;
using Cortex.IdentityServer.Foundation.Configuration;
using OpenTelemetry.Trace;

namespace Cortex.IdentityServer.Foundation.Telemetry;

/// <summary>Which spans are recorded, and what is left out of them.</summary>
internal static class TraceFilters
{
    public static TracerProviderBuilder AddServerTraces(this TracerProviderBuilder traces) => traces
        .AddAspNetCoreInstrumentation(requests =>
        {
            requests.Filter = context => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal);
            requests.EnrichWithHttpRequest = (span, _) => RemovePersonalTags(span);
            requests.EnrichWithHttpResponse = (span, response) => RemoveUnknownPath(span, response.HttpContext);
        })
        .AddSource(Product.TelemetryName, "System.Net.Http", "Npgsql");

    /// <summary>Paths contain ids, as audit events do, but a query may contain the token of a mailed link, and clients choose the others freely.</summary>
    private static void RemovePersonalTags(Activity span)
    {
        foreach (var tag in (string[])["url.query", "user_agent.original", "client.address", "server.address", "server.port", "http.request.method_original"])
        {
            span.SetTag(tag, null);
        }

        span.TraceStateString = null;
    }

    /// <summary>The path of a request that no route matched may be anything, such as an email.</summary>
    private static void RemoveUnknownPath(Activity span, HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint)
        {
            span.SetTag("url.path", null);
        }
    }
}
