using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.Account.Pages;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Registers the services for users' own accounts, and maps their routes.</summary>
internal static class AccountsFeature
{
    public static IServiceCollection AddAccounts(this IServiceCollection services, SettingsReader settings) => services
        .AddSingleton(AccountOptions.Read(settings))
        .AddLimits(AccountLimits.Register, AccountLimits.Email)
        .AddJson<AccountJson>()
        .AddScoped<RegistrationSteps>()
        .AddScoped<Registration>()
        .AddScoped<PasswordChange>()
        .AddScoped<PasswordReplacement>()
        .AddScoped<AccountRecovery>()
        .AddScoped<AccountTombstones>()
        .AddScoped<AccountRemoval>()
        .AddScoped<AccountDeletion>()
        .AddScoped<CredentialExport>()
        .AddScoped<AccountExporter>()
        .AddScoped<EmailVerification>()
        .AddScoped<EmailChange>()
        .AddScoped<PasswordReset>()
        .AddScoped<IMailRequests, MailRequests>();

    public static void MapAccounts(this IEndpointRouteBuilder auth)
    {
        var accounts = auth.MapGroup("/").WithTags("Account");
        accounts.MapPost("/register", AccountEndpoints.Register)
            .AllowAnonymous()
            .LimitedBy(AccountLimits.Register)
            .WithRefusals(Problems.WeakPassword, Problems.Forbidden, Problems.EmailTaken);
        accounts.MapGet("/me", AccountEndpoints.GetMe)
            .RequireAuthorization(Policies.SessionOrKey)
            .WithMetadata(new Metered())
            .WithRefusals(Problems.QuotaExceeded);
        var changing = accounts.MapGroup("/")
            .RequireAuthorization(Policies.Session)
            .LimitedBy(SensitiveLimits.PerAddress, SensitiveLimits.PerUser)
            .ReportsEndedSession();
        changing.MapPatch("/me/password", AccountEndpoints.ChangePassword)
            .WithRefusals(Problems.WeakPassword, Problems.InvalidCredentials, Problems.RateLimited);
        changing.MapDelete("/me", AccountEndpoints.DeleteMe)
            .WithRefusals(
                Problems.InvalidCredentials, Problems.TwoFactorRequired, OwnerProof.WrongCode, Problems.LastAdmin, Problems.InUse,
                Problems.RateLimited);
        changing.MapGet("/me/export", AccountEndpoints.ExportMe);
        changing.MapPost("/change-email", MailedEndpoints.ChangeEmail)
            .WithRefusals(Problems.InvalidCredentials, Problems.ReauthenticationRequired, Problems.RateLimited);

        var mailed = auth.MapGroup("/").WithTags("Account").AllowAnonymous().LimitedBy(AccountLimits.Email);
        mailed.MapPost("/verify-email", MailedEndpoints.VerifyEmail).WithRefusals(Problems.InvalidVerificationToken);
        mailed.MapPost("/verify-email/resend", MailedEndpoints.ResendVerification);
        mailed.MapPost("/forgot-password", MailedEndpoints.ForgotPassword);
        mailed.MapPost("/reset-password", MailedEndpoints.ResetPassword).WithRefusals(Problems.InvalidResetToken, Problems.WeakPassword, Problems.InUse);
        mailed.MapPost("/change-email/confirm", MailedEndpoints.ConfirmEmailChange).WithRefusals(Problems.InvalidVerificationToken, Problems.EmailTaken);
    }

    public static void MapMailedPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/").AllowAnonymous().LimitedBy(AccountLimits.Email).ExcludeFromDescription();
        pages.MapGet(MailedLinks.VerifyEmail, MailedPageEndpoints.AskToVerifyEmail);
        pages.MapPost(MailedLinks.VerifyEmail, MailedPageEndpoints.VerifyEmail);
        pages.MapGet(MailedLinks.ChangeEmail, MailedPageEndpoints.AskToChangeEmail);
        pages.MapPost(MailedLinks.ChangeEmail, MailedPageEndpoints.ChangeEmail);
        foreach (var path in new[] { MailedLinks.ResetPassword, MailedLinks.Invitation })
        {
            pages.MapGet(path, MailedPageEndpoints.OpenReset);
            pages.MapPost(path, MailedPageEndpoints.ResetPassword).WithRefusals(Problems.InUse);
        }
    }
}
