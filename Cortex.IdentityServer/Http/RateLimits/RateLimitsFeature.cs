namespace Cortex.IdentityServer.Http.RateLimits;

/// <summary>Limits on how often something may be asked.</summary>
internal static class RateLimitsFeature
{
    public static IServiceCollection AddRateLimits(this IServiceCollection services) => services
        .AddSingleton<LocalWindows>()
        .AddSingleton<RateCounter>();
}
