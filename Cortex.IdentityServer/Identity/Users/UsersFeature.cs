using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Accounts and their roles: ASP.NET Core Identity over the documented tables.</summary>
internal static class UsersFeature
{
    public static IServiceCollection AddUsers(this IServiceCollection services, SettingsReader settings)
    {
        // Before AddIdentityCore, which fills in only what is missing.
        services.AddSingleton<ILookupNormalizer, NoNormalizer>();
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
