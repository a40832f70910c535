using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Users as administrators and support see and change them.</summary>
internal static class UserAdministrationFeature
{
    private const string EntityTag = "Identifies this version of the user, for If-Match.";

    public static IServiceCollection AddUserAdministration(this IServiceCollection services) => services
        .AddJson<UsersJson>()
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
        admin.MapGet("/users", UserListEndpoints.ListUsers).RequireAuthorization(Policies.Support).Refuses(Problems.ValidationFailed);
        admin.MapGet("/users/export", UserListEndpoints.ExportUsers)
            .RequireAuthorization(Policies.Support)
            .AnswersLines(typeof(AdminUserResponse))
            .Refuses(Problems.ValidationFailed);
        admin.MapPost("/users", UserEndpoints.CreateUser)
            .RequireAuthorization(Policies.Admin)
            .NeedsFreshAuthentication()
            .AnswersWithEntityTag(EntityTag)
            .Refuses(Problems.EmailTaken);
        var user = admin.MapGroup("/users/{id:guid}").Refuses(Problems.NotFound);

        var helping = user.MapGroup("/").RequireAuthorization(Policies.Support);
        helping.MapGet("/", UserEndpoints.GetUser).AnswersWithEntityTag(EntityTag);
        helping.MapGet("/api-keys", UserHelpEndpoints.ListUserApiKeys);
        helping.MapPost("/unlock", UserHelpEndpoints.UnlockUser);
        helping.MapPost("/reset-2fa", UserHelpEndpoints.ResetTwoFactor).NeedsFreshAuthentication().Refuses(Problems.TwoFactorNotEnabled);
        helping.MapPost("/revoke-sessions", UserHelpEndpoints.RevokeUserSessions);
        helping.MapPost("/send-password-reset", UserHelpEndpoints.SendPasswordReset).Refuses(Problems.AccountDisabled);

        var ruling = user.MapGroup("/").RequireAuthorization(Policies.Admin).NeedsFreshAuthentication();
        ruling.MapPatch("/", UserEndpoints.UpdateUser).AnswersWithEntityTag(EntityTag).Refuses(Problems.LastAdmin, Problems.PreconditionFailed);
        ruling.MapDelete("/", UserEndpoints.DeleteUser).Refuses(Problems.LastAdmin, Problems.InUse, Problems.PreconditionFailed);
        ruling.MapDelete("/api-keys/{key_id:guid}", UserHelpEndpoints.RevokeUserApiKey).Refuses(Problems.InUse);
    }
}
