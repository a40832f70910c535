using Cortex.IdentityServer.Foundation.Configuration;
using OpenTelemetry.Metrics;

namespace Cortex.IdentityServer.Foundation.Telemetry;

/// <summary>The meters that are collected, and which of their instruments and labels.</summary>
/// <remarks>
/// Labels never contain a user, an email, a key, or an address: a metric's labels are chosen here, so a new version of a library can't add one. Their values
/// come from fixed sets, such as routes and status codes. The durations of requests keep all their labels, which a test names: they are recorded in each
/// request, and choosing labels would take two thirds longer.
/// </remarks>
internal static class MetricViews
{
    /// <summary>The meter of the durations of requests.</summary>
    private const string Requests = "Microsoft.AspNetCore.Hosting";

    /// <summary>
    /// The maximum number of label combinations of a metric, for which the memory is reserved from the start. Further ones are counted together, with the
    /// label <c>otel.metric.overflow</c>.
    /// </summary>
    private const int MaxCombinations = 200;

    /// <summary>The same for requests, which differ by route, method, status, and protocol.</summary>
    private const int MaxRequestCombinations = 2_000;

    /// <summary>The meters, as .NET 10 and Npgsql document them, each with the labels that are kept; null keeps all of them.</summary>
    private static readonly Dictionary<string, string[]?> Labels = new(StringComparer.Ordinal)
    {
        [Product.TelemetryName] = null,
        [Requests] = null,
        ["Microsoft.AspNetCore.Server.Kestrel"] = ["server.port", "network.protocol.version", "tls.protocol.version", "error.type"],
        ["Microsoft.AspNetCore.Diagnostics"] = ["error.type", "aspnetcore.diagnostics.exception.result"],
        ["Microsoft.AspNetCore.RateLimiting"] = ["aspnetcore.rate_limiting.policy", "aspnetcore.rate_limiting.result"],
        ["Microsoft.AspNetCore.Authentication"] = ["aspnetcore.authentication.scheme", "aspnetcore.authentication.result", "error.type"],
        ["Microsoft.AspNetCore.Authorization"] = ["aspnetcore.authorization.policy", "aspnetcore.authorization.result", "error.type"],
        ["Microsoft.AspNetCore.Identity"] =
        [
            "aspnetcore.identity.result", "aspnetcore.identity.error_code", "aspnetcore.identity.user.update_type",
            "aspnetcore.identity.password_check_result", "aspnetcore.identity.token_purpose", "aspnetcore.identity.token_verified",
            "aspnetcore.identity.sign_in.type", "aspnetcore.identity.sign_in.result", "error.type",
        ],
        ["System.Net.Http"] = ["server.address", "http.request.method", "http.response.status_code", "http.connection.state", "error.type"],
        ["System.Runtime"] = ["gc.heap.generation", "cpu.mode"],
        ["Npgsql"] = ["db.client.connection.pool.name", "db.client.connection.state", "error.type"],
    };

    /// <summary>
    /// Instruments that are recorded on each request and add nothing to the durations of the requests. An instrument that isn't collected costs nothing.
    /// </summary>
    private static readonly HashSet<string> Dropped = new(StringComparer.Ordinal) { "http.server.active_requests" };

    private static readonly Dictionary<string, MetricStreamConfiguration> Views = Labels.ToDictionary(
        meter => meter.Key,
        meter => new MetricStreamConfiguration
        {
            TagKeys = meter.Value,
            CardinalityLimit = meter.Key == Requests ? MaxRequestCombinations : MaxCombinations,
        },
        StringComparer.Ordinal);

    public static MeterProviderBuilder AddServerMetrics(this MeterProviderBuilder metrics) => metrics
        .AddMeter([.. Labels.Keys])
        .SetExemplarFilter(ExemplarFilterType.AlwaysOff)
        .AddView(instrument => Dropped.Contains(instrument.Name) ? MetricStreamConfiguration.Drop : Views[instrument.Meter.Name]);
}
