using Cortex.IdentityServer.Admin.Import;
using Cortex.IdentityServer.Admin.Users;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.RateLimits;

namespace Cortex.IdentityServer.Admin;

/// <summary>Users managed by administrators, and what they have to see for it.</summary>
internal static class AdminFeature
{
    public static IServiceCollection AddAdmin(this IServiceCollection services) => services
        .AddSingleton<UserPages>()
        .AddUserAdministration()
        .AddImport();

    public static void MapAdmin(this IEndpointRouteBuilder api)
    {
        var admin = api.MapGroup("/api/v1/admin").CheckBodies().WithTags("Administration").LimitedBy(RateLimits.Admin, RateLimits.Admin);
        admin.MapUserLists();
        admin.MapImport();
        admin.MapUserAdministration();
    }
}
