using Cortex.IdentityServer.Accounts.Hashing;
using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.RateLimits;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace Cortex.IdentityServer.Accounts;

/// <summary>Who somebody is: Identity over the documented tables.</summary>
internal static class AccountsFeature
{
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        // Before AddIdentityCore, which fills in only what is missing.
        services.AddHashing();
        services.AddSingleton<IPasswordHasher<User>>(provider => provider.GetRequiredService<BcryptPasswordHasher>());
        services.AddSingleton<ILookupNormalizer, NoNormalizer>();
        services.AddScoped<IUserValidator<User>, EmailRules>();
        services.AddScoped<IPasswordValidator<User>, PasswordRules>();
        services.AddIdentityCore<User>()
            .AddRoles<Role>()
            .AddUserStore<UserStore>()
            .AddRoleStore<RoleStore<Role, CortexDbContext, Guid>>();
        return services.AddSingleton<AccountReader>().AddScoped<PasswordChange>();
    }

    public static void MapAccounts(this IEndpointRouteBuilder auth)
    {
        var accounts = auth.MapGroup("/").WithTags("Account");
        accounts.MapPost("/register", AccountEndpoints.Register).AllowAnonymous().LimitedBy(RateLimits.Register)
            .Refuses(Problems.WeakPassword, Problems.Forbidden, Problems.EmailTaken);
        accounts.MapGet("/me", AccountEndpoints.GetMe).RequireAuthorization(Policies.SessionOrKey);
        accounts.MapPatch("/me/password", AccountEndpoints.ChangePassword).RequireAuthorization(Policies.Session)
            .LimitedBy(RateLimits.Sensitive, RateLimits.SensitiveUser)
            .Refuses(Problems.WeakPassword, Problems.InvalidCredentials, Problems.RateLimited);
    }
}
