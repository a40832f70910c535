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
    /// <summary>How long browsers and password managers keep the public documents.</summary>
    public const string DocumentCacheControl = "public, max-age=300";

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

    /// <summary>Maps the documents for browsers and password managers.</summary>
    public static void MapPasskeyDocuments(this IEndpointRouteBuilder app)
    {
        var documents = app.MapGroup("/").WithTags("Passkeys").AllowAnonymous().IsPublicDocument().LimitedBy(HttpLimits.Documents);
        documents.MapGet(RelatedOriginsEndpoint.Path, RelatedOriginsEndpoint.GetRelatedOrigins);
        documents.MapGet(PasskeyPagesEndpoint.Path, PasskeyPagesEndpoint.GetPasskeyPages);
    }

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
