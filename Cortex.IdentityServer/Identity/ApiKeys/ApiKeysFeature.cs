using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Foundation.Telemetry;
using Cortex.IdentityServer.Identity.Sessions;
using Microsoft.AspNetCore.Authentication;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>Registers API keys, with which services authenticate.</summary>
internal static class ApiKeysFeature
{
    public static IServiceCollection AddApiKeys(this IServiceCollection services, SettingsReader settings)
    {
        services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthenticationHandler>(AuthenticationSchemes.ApiKey, configureOptions: null);
        return services
            .AddSingleton(ApiKeyOptions.Read(settings))
            .AddLimits(ApiKeyLimits.UnknownKeys)
            .AddJson<ApiKeysJson>()
            .AddSingleton<ApiKeyLookup>()
            .AddSingleton<IApiKeyProvider>(provider => provider.GetRequiredService<ApiKeyLookup>())
            .AddSingleton<IObservedCache>(provider => provider.GetRequiredService<ApiKeyLookup>())
            .AddMetrics<ApiKeyMetrics>()
            .AddSingleton<ApiKeyOwners>()
            .AddSingleton<LimitedApiKeyLookup>()
            .AddScoped<ApiKeyService>();
    }

    public static void MapApiKeys(this IEndpointRouteBuilder auth)
    {
        var keys = auth.MapGroup("/api-keys").WithTags("API keys").RequireAuthorization(Policies.Session).ReportsEndedSession();
        var writing = keys.MapGroup("/").LimitedBy(SensitiveLimits.PerAddress, SensitiveLimits.PerUser);
        writing.MapPost("/generate", ApiKeyEndpoints.GenerateApiKey).RequireFreshAuthentication().WithRefusals(Problems.ApiKeyLimit);
        keys.MapGet("/", ApiKeyEndpoints.ListApiKeys);
        writing.MapPatch("/{key_id:guid}", ApiKeyEndpoints.UpdateApiKey).WithRefusals(Problems.NotFound, Problems.ApiKeyLimit);
        writing.MapPost("/{key_id:guid}/rotate", ApiKeyEndpoints.RotateApiKey)
            .RequireFreshAuthentication()
            .WithRefusals(Problems.NotFound, Problems.ApiKeyLimit);
        keys.MapDelete("/{key_id:guid}", ApiKeyEndpoints.RevokeApiKey).WithRefusals(Problems.NotFound);
    }
}
