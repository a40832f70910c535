using Cortex.IdentityServer.Admin.Import;
using Cortex.IdentityServer.Admin.Statistics;
using Cortex.IdentityServer.Admin.Users;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.RateLimits;

namespace Cortex.IdentityServer.Admin;

/// <summary>Users managed by administrators, and what they have to see for it.</summary>
internal static class AdminFeature
{
    public static IServiceCollection AddAdmin(this IServiceCollection services) => services
        .AddUserAdministration()
        .AddImport()
        .AddSingleton<StatisticsReader>()
        .AddSingleton<KnownTiers>()
        .AddHostedService<StatisticsFolding>();

    public static void MapAdmin(this IEndpointRouteBuilder api)
    {
        var admin = api.MapGroup("/api/v1/admin").CheckBodies().WithTags("Administration").LimitedBy(RateLimits.Admin, RateLimits.Admin);
        admin.MapUserLists();
        admin.MapUserAdministration();
        admin.MapImport();
        admin.MapUsageAdmin();
        admin.MapAuditAdmin();
        admin.MapBillingAdmin();
        admin.MapStatistics();
    }
}
