using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Foundation.Telemetry;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Registers the services for logging in, and maps their routes.</summary>
internal static class LoginFeature
{
    public static IServiceCollection AddLogin(this IServiceCollection services, SettingsReader settings) => services
        .AddSingleton(LoginOptions.Read(settings))
        .AddLimits(LoginLimits.Login)
        .AddJson<LoginJson>()
        .AddMetrics<LoginMetrics>()
        .AddScoped<PasswordLogin>()
        .AddScoped<TwoFactorLogin>()
        .AddScoped<PasskeyLogin>()
        .AddScoped<PasskeySecondFactor>()
        .AddScoped<LoginCompletion>()
        .AddScoped<Reauthentication>()
        .AddScoped<PasskeyReauthentication>();

    public static void MapLogin(this IEndpointRouteBuilder auth)
    {
        var login = auth.MapGroup("/login").WithTags("Login").AllowAnonymous().LimitedBy(LoginLimits.Login).AllowCookies();
        login.MapPost("/", LoginEndpoints.LogIn)
            .WithRefusals(
                Problems.InvalidCredentials, Problems.TwoFactorRequired, Problems.InvalidTwoFactorCode, Problems.AccountDisabled, Problems.EmailNotVerified,
                Problems.RateLimited)
            .WhenOwnerDeleted(Problems.InvalidCredentials);
        login.MapPost("/2fa", LoginEndpoints.LogInWithSecondFactor)
            .WithRefusals(Problems.InvalidToken, Problems.InvalidTwoFactorCode, Problems.AccountDisabled, Problems.EmailNotVerified, Problems.RateLimited)
            .WhenOwnerDeleted(LoginEndpoints.InvalidChallenge);
        auth.MapPost("/reauthenticate", LoginEndpoints.Reauthenticate)
            .WithTags("Login")
            .RequireAuthorization(Policies.Session)
            .LimitedBy(SensitiveLimits.PerAddress, SensitiveLimits.PerUser)
            .WithRefusals(Problems.InvalidCredentials, Problems.TwoFactorRequired, OwnerProof.WrongCode, Problems.RateLimited)
            .ReportsEndedSession();
    }

    private static void MapPasskeyReauthentication(this IEndpointRouteBuilder auth)
    {
        var reauthentication = auth.MapGroup("/reauthenticate/passkey").WithTags("Passkeys")
            .RequireAuthorization(Policies.Session)
            .LimitedBy(SensitiveLimits.PerAddress, SensitiveLimits.PerUser)
            .ReportsEndedSession();
        reauthentication.MapPost("/options", PasskeyReauthenticationEndpoints.BeginPasskeyReauthentication).WithRefusals(Problems.NotFound);
        reauthentication.MapPost("/", PasskeyReauthenticationEndpoints.ReauthenticateWithPasskey)
            .WithRefusals(Problems.InvalidCredentials, Problems.TwoFactorRequired, Problems.RateLimited);
    }

    public static void MapPasskeyLogin(this IEndpointRouteBuilder auth)
    {
        auth.MapPasskeyReauthentication();
        var login = auth.MapGroup("/login").WithTags("Passkeys").AllowAnonymous().LimitedBy(LoginLimits.Login);
        login.MapPost("/passkey/options", PasskeyLoginEndpoints.BeginPasskeyLogin);
        login.MapPost("/passkey", PasskeyLoginEndpoints.LogInWithPasskey)
            .AllowCookies()
            .WithRefusals(Problems.InvalidCredentials, Problems.TwoFactorRequired, Problems.AccountDisabled, Problems.EmailNotVerified)
            .WhenOwnerDeleted(PasskeyLoginEndpoints.NotAccepted);
        login.MapPost("/2fa/passkey/options", PasskeyLoginEndpoints.BeginPasskeySecondFactor)
            .WithRefusals(Problems.InvalidToken, Problems.NotFound)
            .WhenOwnerDeleted(LoginEndpoints.InvalidChallenge);
        login.MapPost("/2fa/passkey", PasskeyLoginEndpoints.LogInWithPasskeySecondFactor)
            .AllowCookies()
            .WithRefusals(Problems.InvalidToken, Problems.InvalidTwoFactorCode, Problems.AccountDisabled, Problems.EmailNotVerified, Problems.RateLimited)
            .WhenOwnerDeleted(LoginEndpoints.InvalidChallenge);
    }
}
