using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Limits on how often something may be asked: counted in the process, and with <c>REDIS_URL</c> for all replicas together.</summary>
internal static class RateLimitsFeature
{
    /// <summary>Declares limits, so that <c>RATE_LIMITS</c> may name them.</summary>
    public static IServiceCollection AddLimits(this IServiceCollection services, params RateLimit[] limits)
    {
        foreach (var limit in limits)
        {
            services.AddSingleton(limit);
        }

        return services;
    }

    /// <remarks>After all parts that declare limits.</remarks>
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
            .AddSingleton<RateCounter>();
    }
}
