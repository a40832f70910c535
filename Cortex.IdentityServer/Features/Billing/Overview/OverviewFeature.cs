using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Overview;

/// <summary>Registers and maps what callers see of their subscription.</summary>
internal static class OverviewFeature
{
    public static IServiceCollection AddOverview(this IServiceCollection services) => services
        .AddJson<OverviewJson>()
        .AddSingleton<SubscriptionReader>();

    public static void MapOverview(this IEndpointRouteBuilder billing) =>
        billing.MapGet("/", OverviewEndpoint.GetBilling).RequireAuthorization(Policies.Session);
}
