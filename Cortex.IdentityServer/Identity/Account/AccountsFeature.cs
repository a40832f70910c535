using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Account;

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
            .AddUserStore<Users.UserStore>()
            .AddRoleStore<RoleStore<Role, CortexDbContext, Guid>>();
        return services
            .AddSingleton<AccountReader>()
            .AddScoped<RegistrationSteps>()
            .AddScoped<Registration>()
            .AddScoped<PasswordChange>()
            .AddScoped<PasswordReplacement>()
            .AddScoped<LastAdminRule>()
            .AddScoped<AccountRemoval>()
            .AddScoped<AccountDeletion>()
            .AddScoped<AccountExporter>()
            .AddScoped<OneTimeTokens>()
            .AddScoped<EmailVerification>()
            .AddScoped<EmailChange>()
            .AddScoped<PasswordReset>()
            .AddScoped<IMailRequests, MailRequests>();
    }

    public static void MapAccounts(this IEndpointRouteBuilder auth)
    {
        var accounts = auth.MapGroup("/").WithTags("Account");
        accounts.MapPost("/register", AccountEndpoints.Register).AllowAnonymous().LimitedBy(RateLimits.Register)
            .Refuses(Problems.WeakPassword, Problems.Forbidden, Problems.EmailTaken);
        accounts.MapGet("/me", AccountEndpoints.GetMe).RequireAuthorization(Policies.SessionOrKey);
        var changing = accounts
            .MapGroup("/")
            .RequireAuthorization(Policies.Session)
            .LimitedBy(RateLimits.Sensitive, RateLimits.SensitiveUser)
            .TellsVanishedOwners();
        changing.MapPatch("/me/password", AccountEndpoints.ChangePassword).Refuses(Problems.WeakPassword, Problems.InvalidCredentials, Problems.RateLimited);
        changing.MapDelete("/me", AccountEndpoints.DeleteMe)
            .Refuses(
                Problems.InvalidCredentials, Problems.TwoFactorRequired, Problems.InvalidTwoFactorCode, Problems.LastAdmin, Problems.InUse,
                Problems.RateLimited);
        changing.MapGet("/me/export", AccountEndpoints.ExportMe);
        changing.MapPost("/change-email", MailedEndpoints.ChangeEmail)
            .Refuses(Problems.InvalidCredentials, Problems.ReauthenticationRequired, Problems.RateLimited);

        var mailed = auth.MapGroup("/").WithTags("Account").AllowAnonymous().LimitedBy(RateLimits.Mails);
        mailed.MapPost("/verify-email", MailedEndpoints.VerifyEmail).Refuses(Problems.InvalidVerificationToken);
        mailed.MapPost("/verify-email/resend", MailedEndpoints.ResendVerification);
        mailed.MapPost("/forgot-password", MailedEndpoints.ForgotPassword);
        mailed.MapPost("/reset-password", MailedEndpoints.ResetPassword).Refuses(Problems.InvalidResetToken, Problems.WeakPassword, Problems.InUse);
        mailed.MapPost("/change-email/confirm", MailedEndpoints.ConfirmEmailChange).Refuses(Problems.InvalidVerificationToken, Problems.EmailTaken);
    }
}
