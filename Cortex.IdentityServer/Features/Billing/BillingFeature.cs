using Cortex.IdentityServer.Features.Billing.Cancellation;
using Cortex.IdentityServer.Features.Billing.Checkout;
using Cortex.IdentityServer.Features.Billing.Events;
using Cortex.IdentityServer.Features.Billing.Metering;
using Cortex.IdentityServer.Features.Billing.Overview;
using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Features.Billing.Reconciliation;
using Cortex.IdentityServer.Features.Billing.Status;
using Cortex.IdentityServer.Features.Billing.Subscriptions;
using Cortex.IdentityServer.Features.Billing.Sync;
using Cortex.IdentityServer.Features.Billing.Webhooks;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Billing;

/// <summary>Registers and maps billing by Polar.</summary>
internal static class BillingFeature
{
    public static IServiceCollection AddBilling(this IServiceCollection services, SettingsReader settings)
    {
        var options = BillingOptions.Read(settings, TierOptions.Read(settings));
        return services
            .AddSingleton(options)
            .AddPolar()
            .AddCheckout()
            .AddBillingStatus()
            .AddSubscriptions()
            .AddWebhooks()
            .AddBillingEvents()
            .AddOverview()
            .AddBillingSync()
            .AddCancellation()
            .AddMetering(options)
            .AddReconciliation();
    }

    public static void MapBilling(this IEndpointRouteBuilder api)
    {
        var billing = api.MapGroup("/api/v1/billing").ValidateBodies().WithTags("Billing");
        billing.MapWebhooks();
        billing.MapOverview();
        billing.MapCheckout();
    }
}
