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
        })
        .AddSource(Product.TelemetryName, "System.Net.Http", "Npgsql");

    /// <summary>Paths contain ids, as audit events do, but a query may contain the token of a mailed link.</summary>
    private static void RemovePersonalTags(Activity span)
    {
        span.SetTag("url.query", null);
        span.SetTag("user_agent.original", null);
        span.SetTag("client.address", null);
    }
}
