using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.RateLimits;

namespace Cortex.IdentityServer.Passkeys;

/// <summary>Passkeys (WebAuthn): made by a person who is logged in, used to log in.</summary>
internal static class PasskeysFeature
{
    public static IServiceCollection AddPasskeys(this IServiceCollection services) => services
        .AddScoped<PasskeyCeremonies>()
        .AddScoped<PasskeyChallenges>()
        .AddScoped<UserPasskeys>()
        .AddScoped<PasskeyRegistration>()
        .AddScoped<PasskeyCheck>()
        .AddScoped<PasskeyLogin>()
        .AddScoped<PasskeySecondFactor>();

    public static void MapPasskeys(this IEndpointRouteBuilder auth)
    {
        var tagged = auth.MapGroup("/").WithTags("Passkeys");
        var passkeys = tagged.MapGroup("/passkeys").RequireAuthorization(Policies.Session);
        var writing = passkeys.MapGroup("/").LimitedBy(RateLimits.Sensitive, RateLimits.SensitiveUser);
        writing.MapPost("/options", PasskeyEndpoints.BeginPasskey).Refuses(Problems.ReauthenticationRequired, Problems.ValidationFailed);
        writing.MapPost("/", PasskeyEndpoints.RegisterPasskey).Refuses(Problems.ReauthenticationRequired);
        passkeys.MapGet("/", PasskeyEndpoints.ListPasskeys);
        writing.MapPatch("/{id:guid}", PasskeyEndpoints.RenamePasskey).Refuses(Problems.NotFound);
        writing.MapDelete("/{id:guid}", PasskeyEndpoints.RemovePasskey).Refuses(Problems.NotFound, Problems.ReauthenticationRequired);

        var login = tagged.MapGroup("/login").AllowAnonymous().LimitedBy(RateLimits.Login);
        login.MapPost("/passkey/options", PasskeyLoginEndpoints.BeginPasskeyLogin);
        login.MapPost("/passkey", PasskeyLoginEndpoints.LogInWithPasskey).Refuses(
            Problems.InvalidCredentials, Problems.TwoFactorRequired, Problems.AccountDisabled, Problems.EmailNotVerified);
        login.MapPost("/2fa/passkey/options", PasskeyLoginEndpoints.BeginPasskeySecondFactor).Refuses(Problems.InvalidToken, Problems.NotFound);
        login.MapPost("/2fa/passkey", PasskeyLoginEndpoints.LogInWithPasskeySecondFactor).Refuses(
            Problems.InvalidToken, Problems.InvalidTwoFactorCode, Problems.AccountDisabled, Problems.EmailNotVerified, Problems.RateLimited);
    }
}
