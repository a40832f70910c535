using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Registers rate limits, which are counted per process or, with <c>REDIS_URL</c>, across all replicas.</summary>
internal static class RateLimitsFeature
{
    /// <summary>Declares limits, so that <c>RATE_LIMITS</c> can override them.</summary>
    public static IServiceCollection AddLimits(this IServiceCollection services, params RateLimit[] limits)
    {
        foreach (var limit in limits)
        {
            services.AddSingleton(limit);
        }

        return services;
    }

    /// <summary>Reads the settings of all declared limits, so it must be called after all <see cref="AddLimits"/>.</summary>
    public static IServiceCollection AddRateLimits(this IServiceCollection services, SettingsReader settings)
    {
        services.AddLimits(HttpLimits.Health, HttpLimits.Documents);
        var options = RateLimitOptions.Read(settings, services.Select(service => service.ImplementationInstance).OfType<RateLimit>());
        if (options.Redis is not null)
        {
            services.AddSingleton<SharedWindows>();
            services.AddHostedService(provider => provider.GetRequiredService<SharedWindows>());
        }

        return services
            .AddSingleton(options)
            .AddSingleton<LocalWindows>()
            .AddMetrics<RateLimitMetrics>()
            .AddSingleton<RateCounter>();
    }
}
