using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Foundation.Data.Gauges;

/// <summary>Registers the gauges that are read from the database, and the service that reads them.</summary>
internal static class GaugesFeature
{
    public static IServiceCollection AddGauges(this IServiceCollection services, params DatabaseGauge[] gauges)
    {
        foreach (var gauge in gauges)
        {
            services.AddSingleton(gauge);
        }

        return services;
    }

    public static IServiceCollection AddGaugeReader(this IServiceCollection services) => services
        .AddSingleton<DatabaseGauges>()
        .AddSingleton<IObservedMetrics>(provider => provider.GetRequiredService<DatabaseGauges>())
        .AddHostedService(provider => provider.GetRequiredService<DatabaseGauges>());
}
