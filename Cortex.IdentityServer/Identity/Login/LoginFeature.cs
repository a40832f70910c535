using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Proving who somebody is.</summary>
internal static class LoginFeature
{
    public static IServiceCollection AddLogin(this IServiceCollection services) => services
        .AddSingleton<KnownNetworks>()
        .AddSingleton<TurnedAway>()
        .AddSingleton<HashingLine>()
        .AddSingleton<AttemptsUnderWay>()
        .AddSingleton<AccountGates>()
        .AddSingleton<LoginAttempts>()
        .AddScoped<LoginAccounts>()
        .AddScoped<PasswordCheck>()
        .AddScoped<PasswordLogin>()
        .AddScoped<TwoFactorLogin>()
        .AddScoped<LoginCompletion>()
        .AddScoped<Reauthentication>();

    public static void MapLogin(this IEndpointRouteBuilder auth)
    {
        var login = auth.MapGroup("/login").WithTags("Login").AllowAnonymous().LimitedBy(RateLimits.Login).MayUseCookies();
        login.MapPost("/", LoginEndpoints.LogIn).Refuses(
            Problems.InvalidCredentials, Problems.TwoFactorRequired, Problems.InvalidTwoFactorCode,
            Problems.AccountDisabled, Problems.EmailNotVerified, Problems.RateLimited).WhenOwnerVanishes(Problems.InvalidCredentials);
        login.MapPost("/2fa", LoginEndpoints.LogInWithSecondFactor).Refuses(
            Problems.InvalidToken, Problems.InvalidTwoFactorCode, Problems.AccountDisabled, Problems.EmailNotVerified, Problems.RateLimited)
            .WhenOwnerVanishes(LoginEndpoints.InvalidChallenge);
        auth.MapPost("/reauthenticate", LoginEndpoints.Reauthenticate).WithTags("Login").RequireAuthorization(Policies.Session)
            .LimitedBy(RateLimits.Sensitive, RateLimits.SensitiveUser)
            .Refuses(Problems.InvalidCredentials, Problems.TwoFactorRequired, Problems.InvalidTwoFactorCode, Problems.RateLimited).TellsVanishedOwners();
    }
}
