using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account;

namespace Cortex.IdentityServer.Features.Billing;

/// <summary>What the payment provider tells.</summary>
internal static class BillingFeature
{
    public static IServiceCollection AddBilling(this IServiceCollection services) => services
        .AddJson<BillingJson>()
        .AddSingleton<BillingEvents>()
        .AddScoped<BillingReplay>()
        .AddScoped<IBillingExport, BillingExport>();
}
