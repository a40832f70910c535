using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Registers and maps the administration of users.</summary>
internal static class UserAdministrationFeature
{
    private const string EntityTag = "Identifies this version of the user, for If-Match.";

    public static IServiceCollection AddUserAdministration(this IServiceCollection services) => services
        .AddJson<UsersJson>()
        .AddSingleton<UserPages>()
        .AddScoped<StaffAuthorizer>()
        .AddScoped<UserExport>()
        .AddScoped<ManagedAccounts>()
        .AddScoped<AccountStatusReader>()
        .AddScoped<AccountWriter>()
        .AddScoped<StaffChanges>()
        .AddScoped<UserCreation>()
        .AddScoped<UserUpdate>()
        .AddScoped<UserDeletion>()
        .AddScoped<UserQuotaChange>()
        .AddScoped<AccountUnlock>()
        .AddScoped<SecondFactorRemoval>()
        .AddScoped<PasswordResetSender>();

    public static void MapUserAdministration(this IEndpointRouteBuilder admin)
    {
        admin.MapGet("/users", UserListEndpoints.ListUsers).RequireAuthorization(Policies.Support).WithRefusals(Problems.ValidationFailed);
        admin.MapGet("/users/export", UserListEndpoints.ExportUsers)
            .RequireAuthorization(Policies.Support)
            .ReturnsLines(typeof(AdminUserResponse))
            .WithRefusals(Problems.ValidationFailed);
        admin.MapPost("/users", UserEndpoints.CreateUser)
            .RequireAuthorization(Policies.Admin)
            .RequireFreshAuthentication()
            .ReturnsEntityTag(EntityTag)
            .WithRefusals(Problems.EmailTaken);
        var user = admin.MapGroup("/users/{id:guid}").WithRefusals(Problems.NotFound);

        var support = user.MapGroup("/").RequireAuthorization(Policies.Support);
        support.MapGet("/", UserEndpoints.GetUser).ReturnsEntityTag(EntityTag);
        support.MapGet("/api-keys", UserSupportEndpoints.ListUserApiKeys);
        support.MapGet("/sessions", UserSessionEndpoints.ListUserSessions);
        support.MapDelete("/sessions/{session_id:guid}", UserSessionEndpoints.EndUserSession);
        support.MapGet("/quota", UserQuotaEndpoints.GetUserQuota);
        support.MapGet("/billing", UserBillingEndpoint.GetUserBilling);
        support.MapPost("/unlock", UserSupportEndpoints.UnlockUser);
        support.MapPost("/reset-2fa", UserSupportEndpoints.ResetTwoFactor).RequireFreshAuthentication().WithRefusals(Problems.TwoFactorNotEnabled);
        support.MapPost("/revoke-sessions", UserSessionEndpoints.RevokeUserSessions);
        support.MapPost("/send-password-reset", UserSupportEndpoints.SendPasswordReset).WithRefusals(Problems.AccountDisabled);

        var administration = user.MapGroup("/").RequireAuthorization(Policies.Admin).RequireFreshAuthentication();
        administration.MapPatch("/", UserEndpoints.UpdateUser).ReturnsEntityTag(EntityTag).WithRefusals(Problems.LastAdmin, Problems.PreconditionFailed);
        administration.MapPut("/quota", UserQuotaEndpoints.SetUserQuota);
        administration.MapDelete("/", UserEndpoints.DeleteUser).WithRefusals(Problems.LastAdmin, Problems.InUse, Problems.PreconditionFailed);
        administration.MapDelete("/api-keys/{key_id:guid}", UserSupportEndpoints.RevokeUserApiKey);
    }
}
