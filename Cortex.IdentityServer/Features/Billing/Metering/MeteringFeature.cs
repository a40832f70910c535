using Cortex.IdentityServer.Features.Usage.Sums;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>Registers what sends usage to Polar. Unless that is configured, nothing is recorded for it either.</summary>
internal static class MeteringFeature
{
    public static IServiceCollection AddMetering(this IServiceCollection services, BillingOptions options)
    {
        services
            .AddJson<MeterJson>()
            .AddSingleton<MeteredMonths>()
            .AddSingleton<UnacceptedEvents>()
            .AddScoped<MeterRetry>()
            .AddSingleton<IExpiryRule, MeterRetention>();
        return options.SendsUsage
            ? services
                .AddSingleton<IFoldTarget, MeterFoldTarget>()
                .AddSingleton<MeterMetrics>()
                .AddSingleton<MeterOutbox>()
                .AddSingleton<MeterBatches>()
                .AddSingleton<MeterClosing>()
                .AddHostedService(provider => provider.GetRequiredService<MeterClosing>())
                .AddHostedService<MeterSending>()
                .AddHostedService<MeterWatch>()
            : services;
    }
}
