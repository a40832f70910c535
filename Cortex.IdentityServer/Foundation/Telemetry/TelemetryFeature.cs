using Cortex.IdentityServer.Foundation.Configuration;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Cortex.IdentityServer.Foundation.Telemetry;

/// <summary>Registers OpenTelemetry. Where metrics and traces go is up to <see cref="TelemetryOptions"/>.</summary>
internal static class TelemetryFeature
{
    /// <summary>The name that the telemetry has unless <c>OTEL_SERVICE_NAME</c> is set.</summary>
    private const string ServiceName = "cortex-identity";

    public static IServiceCollection AddTelemetry(this IServiceCollection services, SettingsReader settings)
    {
        var options = TelemetryOptions.Read(settings);
        services.AddSingleton(options);
        if (!settings.Serves || !(options.HasMetrics || options.SendsTraces))
        {
            return services;
        }

        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(ServiceName, serviceVersion: Product.Version).AddEnvironmentVariableDetector());
        if (options.HasMetrics)
        {
            services.AddHostedService<ObservedMetricsStart>();
            telemetry.WithMetrics(metrics =>
            {
                metrics.AddServerMetrics();
                if (options.ManagementUrls.Count > 0)
                {
                    metrics.AddPrometheusExporter(prometheus => prometheus.ScrapeResponseCacheDurationMilliseconds = 0);
                }

                if (options.SendsMetrics)
                {
                    metrics.AddOtlpExporter();
                }
            });
        }

        if (options.SendsTraces)
        {
            telemetry.WithTracing(traces => traces.AddServerTraces().AddOtlpExporter());
        }

        return services;
    }
}
