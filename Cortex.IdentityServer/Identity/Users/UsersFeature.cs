using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Registers accounts and their roles: ASP.NET Core Identity on the documented tables.</summary>
internal static class UsersFeature
{
    public static IServiceCollection AddUsers(this IServiceCollection services, SettingsReader settings)
    {
        // These are registered first, because AddIdentityCore adds only missing services.
        services.AddSingleton<ILookupNormalizer, PassThroughNormalizer>();
        services.AddScoped<IUserValidator<User>, EmailRules>();
        services.AddIdentityCore<User>()
            .AddRoles<Role>()
            .AddUserStore<UserStore>()
            .AddRoleStore<RoleStore<Role, CortexDbContext, Guid>>();
        return services
            .AddSingleton(TierOptions.Read(settings))
            .AddSingleton<KnownTiers>()
            .AddSingleton<AccountReader>()
            .AddScoped<UserRoles>()
            .AddScoped<LastAdminRule>();
    }
}
