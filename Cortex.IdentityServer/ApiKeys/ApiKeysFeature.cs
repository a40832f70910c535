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
            .AddScoped<IApiKeyProvider, ApiKeyLookup>()
            .AddScoped<ApiKeyService>();
    }

    public static void MapApiKeys(this IEndpointRouteBuilder auth)
    {
        var keys = auth.MapGroup("/api-keys").WithTags("API keys").RequireAuthorization(Policies.Session);
        keys.MapPost("/generate", ApiKeyEndpoints.Generate).Refuses(Problems.ApiKeyLimit);
        keys.MapGet("/", ApiKeyEndpoints.ListKeys);
        keys.MapPatch("/{keyId:guid}", ApiKeyEndpoints.Update).Refuses(Problems.NotFound, Problems.ApiKeyLimit);
        keys.MapPost("/{keyId:guid}/rotate", ApiKeyEndpoints.Rotate).Refuses(Problems.NotFound, Problems.ApiKeyLimit);
        keys.MapDelete("/{keyId:guid}", ApiKeyEndpoints.Revoke).Refuses(Problems.NotFound);
    }
}
