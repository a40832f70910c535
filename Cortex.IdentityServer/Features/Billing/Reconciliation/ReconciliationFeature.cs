using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Reconciliation;

/// <summary>Registers the comparison of usage with Polar. Administration maps the route.</summary>
internal static class ReconciliationFeature
{
    public static IServiceCollection AddReconciliation(this IServiceCollection services) => services
        .AddJson<ReconciliationJson>()
        .AddSingleton<MeterList>()
        .AddSingleton<MeterQuantities>()
        .AddSingleton<Reconciliations>();
}
