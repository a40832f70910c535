using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Authorization;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>Defines what each of the <see cref="Policies"/> requires of a caller.</summary>
internal static class CallerPolicies
{
    public static IServiceCollection AddPolicies(this IServiceCollection services, AdminOptions admin)
    {
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Session, policy => RequireCaller(policy).RequireClaim(CortexClaims.SessionId))
            .AddPolicy(Policies.SessionOrKey, policy => RequireCaller(policy))
            .AddPolicy(Policies.ApiKey, policy => RequireCaller(policy).RequireClaim(CortexClaims.ApiKeyId))
            .AddPolicy(Policies.Introspect, policy => RequireCaller(policy).RequireAssertion(context =>
                context.User.HasScope(ApiKeyOptions.Introspect) || (context.User.HasSession() && context.User.HasRole(Role.Admin)))
                .AddRequirements(new SecondFactorRequirement(admin.RequiresSecondFactor)))
            .AddPolicy(Policies.Admin, policy => RequireStaff(policy, admin, Role.Admin))
            .AddPolicy(Policies.Support, policy => RequireStaff(policy, admin, Role.Admin, Role.Support));
        return services;
    }

    private static AuthorizationPolicyBuilder RequireCaller(AuthorizationPolicyBuilder policy) =>
        policy.AddAuthenticationSchemes(AuthenticationSchemes.Either).RequireAuthenticatedUser();

    private static void RequireStaff(AuthorizationPolicyBuilder policy, AdminOptions admin, params string[] roles) =>
        RequireCaller(policy).RequireAssertion(context => context.User.HasSession() && roles.Any(context.User.HasRole))
            .AddRequirements(new SecondFactorRequirement(admin.RequiresSecondFactor));
}
