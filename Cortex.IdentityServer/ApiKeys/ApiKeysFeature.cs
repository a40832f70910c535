using Cortex.IdentityServer.Http;

namespace Cortex.IdentityServer.ApiKeys;

/// <summary>Keys with which services authenticate.</summary>
internal static class ApiKeysFeature
{
    public static IServiceCollection AddApiKeys(this IServiceCollection services)
    {
        services.AddAuthentication()
            .AddScheme<ApiKeyAuthenticationOptions, ApiKeyAuthenticationHandler>(AuthenticationSchemes.ApiKey, configureOptions: null);
        return services
            .AddSingleton<IApiKeyProvider, ApiKeyLookup>()
            .AddScoped<ApiKeyService>();
    }

    public static void MapApiKeys(this IEndpointRouteBuilder auth)
    {
        var keys = auth.MapGroup("/api-keys").WithTags("API keys").RequireAuthorization(Policies.Session);
        keys.MapPost("/generate", ApiKeyEndpoints.GenerateApiKey).Refuses(Problems.ApiKeyLimit);
        keys.MapGet("/", ApiKeyEndpoints.ListApiKeys);
        keys.MapPatch("/{key_id:guid}", ApiKeyEndpoints.UpdateApiKey).Refuses(Problems.NotFound, Problems.ApiKeyLimit);
        keys.MapPost("/{key_id:guid}/rotate", ApiKeyEndpoints.RotateApiKey).Refuses(Problems.NotFound, Problems.ApiKeyLimit);
        keys.MapDelete("/{key_id:guid}", ApiKeyEndpoints.RevokeApiKey).Refuses(Problems.NotFound);
    }
}
