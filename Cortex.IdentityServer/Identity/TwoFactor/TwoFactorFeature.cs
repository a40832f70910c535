using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Foundation.Telemetry;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Registers the second factor: TOTP and recovery codes.</summary>
internal static class TwoFactorFeature
{
    public static IServiceCollection AddTwoFactor(this IServiceCollection services) => services
        .AddJson<TwoFactorJson>()
        .AddScoped<TotpSecrets>()
        .AddScoped<SecondFactor>()
        .AddScoped<SecondFactorCheck>()
        .AddMetrics<SecondFactorMetrics>()
        .AddScoped<OwnerProof>()
        .AddScoped<TwoFactorChallenges>()
        .AddScoped<TwoFactorSetup>()
        .AddScoped<TwoFactorStatusReader>()
        .AddSingleton<IExpiryRule>(new ExpiryRule("two-factor challenges", "two_factor_challenges WHERE expires_at < $1"));

    public static void MapTwoFactor(this IEndpointRouteBuilder auth)
    {
        var twoFactor = auth.MapGroup("/2fa").WithTags("Two-factor authentication").RequireAuthorization(Policies.Session).ReportsEndedSession();
        twoFactor.MapGet("/", TwoFactorEndpoints.ShowTwoFactor);
        var writing = twoFactor.MapGroup("/").LimitedBy(SensitiveLimits.PerAddress, SensitiveLimits.PerUser);
        writing.MapPost("/enable", TwoFactorEndpoints.EnableTwoFactor)
            .WithRefusals(Problems.TwoFactorAlreadyEnabled, Problems.ReauthenticationRequired, Problems.InvalidCredentials, Problems.RateLimited);
        writing.MapPost("/verify", TwoFactorEndpoints.VerifyTwoFactor)
            .WithRefusals(Problems.TwoFactorAlreadyEnabled, Problems.TwoFactorNotEnabled, OwnerProof.WrongCode, Problems.RateLimited);
        writing.MapPost("/disable", TwoFactorEndpoints.DisableTwoFactor)
            .WithRefusals(Problems.TwoFactorNotEnabled, Problems.InvalidCredentials, OwnerProof.WrongCode, Problems.RateLimited);
        writing.MapPost("/recovery-codes", TwoFactorEndpoints.RenewRecoveryCodes)
            .RequireFreshAuthentication()
            .WithRefusals(Problems.TwoFactorNotEnabled, OwnerProof.WrongCode, Problems.RateLimited);
    }
}
