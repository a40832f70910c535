using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Registers passkeys (WebAuthn): users add them while logged in, and log in with them.</summary>
internal static class PasskeysFeature
{
    public static IServiceCollection AddPasskeys(this IServiceCollection services, SettingsReader settings) => services
        .AddSingleton(PasskeyOptions.Read(settings))
        .AddJson<PasskeysJson>()
        .AddScoped<PasskeyCeremonies>()
        .AddScoped<PresentedPasskey>()
        .AddScoped<PasskeyChallenges>()
        .AddScoped<UserPasskeys>()
        .AddScoped<PasskeyRegistration>()
        .AddScoped<PasskeyCheck>()
        .AddSingleton<IExpiryRule>(new ExpiryRule("passkey challenges", "passkey_challenges WHERE expires_at < $1"))
        .Replace(ServiceDescriptor.Scoped<IUserStore<User>, PasskeyUserStore>());

    public static void MapRelatedOrigins(this IEndpointRouteBuilder app) =>
        app.MapGet(RelatedOriginsEndpoint.Path, RelatedOriginsEndpoint.GetRelatedOrigins).WithTags("Passkeys").AllowAnonymous().IsPublicDocument()
            .LimitedBy(HttpLimits.Documents);

    public static void MapPasskeys(this IEndpointRouteBuilder auth)
    {
        var passkeys = auth.MapGroup("/passkeys").WithTags("Passkeys").RequireAuthorization(Policies.Session).ReportsEndedSession();
        var writing = passkeys.MapGroup("/").LimitedBy(SensitiveLimits.PerAddress, SensitiveLimits.PerUser);
        writing.MapPost("/options", PasskeyEndpoints.BeginPasskey).RequireFreshAuthentication().WithRefusals(Problems.ValidationFailed);
        writing.MapPost("/", PasskeyEndpoints.RegisterPasskey).RequireFreshAuthentication();
        passkeys.MapGet("/", PasskeyEndpoints.ListPasskeys);
        writing.MapPatch("/{id:guid}", PasskeyEndpoints.RenamePasskey).WithRefusals(Problems.NotFound);
        writing.MapDelete("/{id:guid}", PasskeyEndpoints.RemovePasskey).RequireFreshAuthentication().WithRefusals(Problems.NotFound);
    }
}
