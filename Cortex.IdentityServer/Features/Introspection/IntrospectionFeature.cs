using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>Registers and maps the routes for services: introspection, forward authentication, and discovery.</summary>
internal static class IntrospectionFeature
{
    public static IServiceCollection AddIntrospection(this IServiceCollection services) => services
        .AddJson<IntrospectionJson>()
        .AddScoped<TokenInspector>();

    public static void MapIntrospection(this IEndpointRouteBuilder auth)
    {
        var introspection = auth.MapGroup("/").WithTags("For services");
        introspection.MapPost("/introspect", IntrospectEndpoint.Introspect)
            .RequireAuthorization(Policies.Introspect)
            .WithMetadata(new AcceptsClientSecret())
            .Accepts<IntrospectRequest>("application/x-www-form-urlencoded", "application/json")
            .WithRefusals(Problems.InsufficientScope);
        introspection.MapGet("/verify", ForwardAuthEndpoint.VerifyRequest)
            .RequireAuthorization(Policies.SessionOrKey)
            .WithMetadata(new IgnoresBody(), new Metered(OnRequest: true))
            .WithRefusals(Problems.InsufficientScope, Problems.ValidationFailed, Problems.QuotaExceeded);
    }

    public static void MapDiscovery(this IEndpointRouteBuilder app, HttpOptions options)
    {
        var discovery = app.MapGroup("/").WithTags("For services").AllowAnonymous().IsPublicDocument().LimitedBy(HttpLimits.Documents);
        discovery.MapGet(DiscoveryEndpoints.KeySetPath, DiscoveryEndpoints.GetKeySet);
        discovery.MapGet(DiscoveryEndpoints.ProviderPath, DiscoveryEndpoints.GetConfiguration);
        discovery.MapGet(DiscoveryEndpoints.AuthorizationServerPath, DiscoveryEndpoints.GetAuthorizationServer);
        if (options.PublicUrl.AbsolutePath.TrimEnd('/') is { Length: > 0 } path)
        {
            // RFC 8414 section 3 appends the issuer's path to the well-known path, and clients look there for the other document too (section 5).
            discovery.MapGet(DiscoveryEndpoints.ProviderPath + path, DiscoveryEndpoints.GetConfiguration).ExcludeFromDescription();
            discovery.MapGet(DiscoveryEndpoints.AuthorizationServerPath + path, DiscoveryEndpoints.GetAuthorizationServer).ExcludeFromDescription();
        }
    }
}
