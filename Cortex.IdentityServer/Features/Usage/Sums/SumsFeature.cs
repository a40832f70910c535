using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Features.Usage.Sums;

/// <summary>Registers the job that keeps the sums of usage.</summary>
internal static class SumsFeature
{
    public static IServiceCollection AddUsageSums(this IServiceCollection services) => services
        .AddSingleton<UsageFold>()
        .AddSingleton<IObservedMetrics, FoldMetrics>()
        .AddHostedService(provider => provider.GetRequiredService<UsageFold>());
}
