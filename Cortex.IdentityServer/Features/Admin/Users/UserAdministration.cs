using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>What the staff does about one user.</summary>
internal static class UserAdministration
{
    public static IServiceCollection AddUserAdministration(this IServiceCollection services) => services
        .AddSingleton<UserPages>()
        .AddScoped<StaffRights>()
        .AddScoped<UserExport>()
        .AddScoped<ManagedAccounts>()
        .AddScoped<AccountConditions>()
        .AddScoped<AccountWriter>()
        .AddScoped<StaffChanges>()
        .AddScoped<UserCreation>()
        .AddScoped<UserUpdate>()
        .AddScoped<UserDeletion>()
        .AddScoped<AccountUnlock>()
        .AddScoped<SecondFactorRemoval>()
        .AddScoped<ResetMailing>();

    public static void MapUserAdministration(this IEndpointRouteBuilder admin)
    {
        admin
            .MapPost("/users", UserEndpoints.CreateUser)
            .RequireAuthorization(Policies.Admin)
            .NeedsFreshAuthentication()
            .AnswersWithEntityTag()
            .Refuses(Problems.EmailTaken);
        var user = admin.MapGroup("/users/{id:guid}").Refuses(Problems.NotFound);

        var helping = user.MapGroup("/").RequireAuthorization(Policies.Support);
        helping.MapGet("/", UserEndpoints.GetUser).AnswersWithEntityTag();
        helping.MapGet("/api-keys", UserHelpEndpoints.ListUserApiKeys);
        helping.MapPost("/unlock", UserHelpEndpoints.UnlockUser);
        helping.MapPost("/reset-2fa", UserHelpEndpoints.ResetTwoFactor).NeedsFreshAuthentication().Refuses(Problems.TwoFactorNotEnabled);
        helping.MapPost("/revoke-sessions", UserHelpEndpoints.RevokeUserSessions);
        helping.MapPost("/send-password-reset", UserHelpEndpoints.SendPasswordReset).Refuses(Problems.AccountDisabled);

        var ruling = user.MapGroup("/").RequireAuthorization(Policies.Admin).NeedsFreshAuthentication();
        ruling.MapPatch("/", UserEndpoints.UpdateUser).AnswersWithEntityTag().Refuses(Problems.LastAdmin, Problems.PreconditionFailed);
        ruling.MapDelete("/", UserEndpoints.DeleteUser).Refuses(Problems.LastAdmin, Problems.InUse, Problems.PreconditionFailed);
        ruling.MapDelete("/api-keys/{key_id:guid}", UserHelpEndpoints.RevokeUserApiKey).Refuses(Problems.InUse);
    }
}
