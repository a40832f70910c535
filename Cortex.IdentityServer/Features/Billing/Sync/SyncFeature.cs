namespace Cortex.IdentityServer.Features.Billing.Sync;

/// <summary>Registers the comparison with Polar.</summary>
internal static class SyncFeature
{
    public static IServiceCollection AddBillingSync(this IServiceCollection services) => services
        .AddScoped<CustomerSync>()
        .AddSingleton<CustomerList>()
        .AddSingleton<CheckoutFollowUp>()
        .AddSingleton<CustomerSweep>()
        .AddHostedService(provider => provider.GetRequiredService<CustomerSweep>());
}
