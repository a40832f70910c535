using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Billing;

/// <summary>Registers the payment provider's events.</summary>
internal static class BillingFeature
{
    public static IServiceCollection AddBilling(this IServiceCollection services, SettingsReader settings) => services
        .AddSingleton(BillingOptions.Read(settings, TierOptions.Read(settings)))
        .AddJson<BillingJson>()
        .AddPolar()
        .AddSingleton<BillingEvents>()
        .AddScoped<BillingReplay>()
        .AddScoped<IBillingExport, BillingExport>();
}
