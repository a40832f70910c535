using Cortex.IdentityServer.Identity.Authentication;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Limits on how often something may be asked: counted in the process, and with <c>REDIS_URL</c> for all replicas together.</summary>
internal static class RateLimitsFeature
{
    public static IServiceCollection AddRateLimits(this IServiceCollection services, RateLimitOptions options)
    {
        if (options.Redis is not null)
        {
            services.AddSingleton<SharedWindows>();
            services.AddHostedService(provider => provider.GetRequiredService<SharedWindows>());
        }

        return services
            .AddSingleton<LocalWindows>()
            .AddSingleton<RateCounter>()
            .AddSingleton<CallerLimits>();
    }
}
