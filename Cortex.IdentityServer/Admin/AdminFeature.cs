using Cortex.IdentityServer.Admin.Statistics;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.RateLimits;

namespace Cortex.IdentityServer.Admin;

/// <summary>Users managed by administrators, and what they have to see for it.</summary>
internal static class AdminFeature
{
    public static IServiceCollection AddAdmin(this IServiceCollection services) => services
        .AddSingleton<StatisticsReader>()
        .AddHostedService<StatisticsFolding>();

    public static void MapAdmin(this IEndpointRouteBuilder api)
    {
        var admin = api.MapGroup("/api/v1/admin").CheckBodies().WithTags("Administration").LimitedBy(RateLimits.Admin, RateLimits.Admin);
        admin.MapAuditAdmin();
        admin.MapBillingAdmin();
        admin.MapUsageAdmin();
        admin.MapStatistics();
    }
}
