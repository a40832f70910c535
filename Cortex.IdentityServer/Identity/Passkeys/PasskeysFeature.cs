using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Login;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Passkeys (WebAuthn): made by a person who is logged in, used to log in.</summary>
internal static class PasskeysFeature
{
    public static IServiceCollection AddPasskeys(this IServiceCollection services) => services
        .AddScoped<PasskeyCeremonies>()
        .AddScoped<PresentedPasskey>()
        .AddScoped<PasskeyChallenges>()
        .AddScoped<UserPasskeys>()
        .AddScoped<PasskeyRegistration>()
        .AddScoped<PasskeyCheck>()
        .AddScoped<PasskeyLogin>()
        .AddScoped<PasskeySecondFactor>();

    public static void MapRelatedOrigins(this IEndpointRouteBuilder app) =>
        app.MapGet(RelatedOriginsEndpoint.Path, RelatedOriginsEndpoint.GetRelatedOrigins).WithTags("Passkeys").AllowAnonymous().IsPublicDocument()
            .LimitedBy(RateLimits.Documents);

    public static void MapPasskeys(this IEndpointRouteBuilder auth)
    {
        var tagged = auth.MapGroup("/").WithTags("Passkeys");
        var passkeys = tagged.MapGroup("/passkeys").RequireAuthorization(Policies.Session).TellsVanishedOwners();
        var writing = passkeys.MapGroup("/").LimitedBy(RateLimits.Sensitive, RateLimits.SensitiveUser);
        writing.MapPost("/options", PasskeyEndpoints.BeginPasskey).NeedsFreshAuthentication().Refuses(Problems.ValidationFailed);
        writing.MapPost("/", PasskeyEndpoints.RegisterPasskey).NeedsFreshAuthentication();
        passkeys.MapGet("/", PasskeyEndpoints.ListPasskeys);
        writing.MapPatch("/{id:guid}", PasskeyEndpoints.RenamePasskey).Refuses(Problems.NotFound);
        writing.MapDelete("/{id:guid}", PasskeyEndpoints.RemovePasskey).NeedsFreshAuthentication().Refuses(Problems.NotFound);

        var login = tagged.MapGroup("/login").AllowAnonymous().LimitedBy(RateLimits.Login);
        login.MapPost("/passkey/options", PasskeyLoginEndpoints.BeginPasskeyLogin);
        login.MapPost("/passkey", PasskeyLoginEndpoints.LogInWithPasskey).MayUseCookies().Refuses(
            Problems.InvalidCredentials, Problems.TwoFactorRequired, Problems.AccountDisabled,
            Problems.EmailNotVerified).WhenOwnerVanishes(PasskeyLoginEndpoints.NotAccepted);
        login.MapPost("/2fa/passkey/options", PasskeyLoginEndpoints.BeginPasskeySecondFactor).Refuses(Problems.InvalidToken, Problems.NotFound)
            .WhenOwnerVanishes(LoginEndpoints.InvalidChallenge);
        login.MapPost("/2fa/passkey", PasskeyLoginEndpoints.LogInWithPasskeySecondFactor).MayUseCookies().Refuses(
            Problems.InvalidToken, Problems.InvalidTwoFactorCode, Problems.AccountDisabled, Problems.EmailNotVerified, Problems.RateLimited)
            .WhenOwnerVanishes(LoginEndpoints.InvalidChallenge);
    }
}
