using Cortex.IdentityServer.Features.Admin.Import;
using Cortex.IdentityServer.Features.Admin.Statistics;
using Cortex.IdentityServer.Features.Admin.Users;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin;

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
