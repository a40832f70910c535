using Cortex.IdentityServer.Foundation.Configuration;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Cortex.IdentityServer.Foundation.Telemetry;

/// <summary>Registers OpenTelemetry. Where metrics and traces go is up to <see cref="TelemetryOptions"/>.</summary>
internal static class TelemetryFeature
{
    /// <summary>The name that the telemetry has unless <c>OTEL_SERVICE_NAME</c> is set.</summary>
    private const string ServiceName = "cortex-identity";

    /// <summary>The maximum time in milliseconds for one export.</summary>
    private const int MaxTimeout = 3_000;

    /// <summary>Registers metrics that a feature also counts with.</summary>
    public static IServiceCollection AddMetrics<T>(this IServiceCollection services)
        where T : class, IObservedMetrics => services
        .AddSingleton<T>()
        .AddSingleton<IObservedMetrics>(provider => provider.GetRequiredService<T>());

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
                    metrics.AddOtlpExporter(LimitTimeout);
                }
            });
        }

        if (options.SendsTraces)
        {
            telemetry.WithTracing(traces => traces.AddServerTraces().AddOtlpExporter(LimitTimeout));
        }

        return services;
    }

    /// <summary>Reads the SDK's own variables, so that an invalid one stops the start with one line.</summary>
    public static void CheckTelemetry(this WebApplication app)
    {
        try
        {
            app.Services.GetService<MeterProvider>();
            app.Services.GetService<TracerProvider>();
        }
        catch (ArgumentException failure)
        {
            throw new ConfigurationException($"An OTEL_… variable isn't valid: {failure.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>A collector that accepts connections but never answers must not delay the end of the server by the usual ten seconds.</summary>
    private static void LimitTimeout(OtlpExporterOptions exporter) => exporter.TimeoutMilliseconds = Math.Min(exporter.TimeoutMilliseconds, MaxTimeout);
}
