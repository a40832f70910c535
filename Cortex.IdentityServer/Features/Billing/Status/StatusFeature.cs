using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Status;

/// <summary>Registers the status of billing. Administration maps the route.</summary>
internal static class StatusFeature
{
    public static IServiceCollection AddBillingStatus(this IServiceCollection services) => services
        .AddJson<StatusJson>()
        .AddSingleton<BillingStatus>();
}
