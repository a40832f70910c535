using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.RateLimits;

namespace Cortex.IdentityServer.Introspection;

/// <summary>For services that were given a credential and ask whether it is good.</summary>
internal static class IntrospectionFeature
{
    public static IServiceCollection AddIntrospection(this IServiceCollection services) => services.AddScoped<TokenInspector>();

    public static void MapIntrospection(this IEndpointRouteBuilder auth)
    {
        var introspection = auth.MapGroup("/").WithTags("For services");
        introspection.MapPost("/introspect", IntrospectEndpoint.Introspect).RequireAuthorization(Policies.Introspect)
            .Accepts<IntrospectRequest>("application/x-www-form-urlencoded", "application/json")
            .Refuses(Problems.InsufficientScope);
        introspection.MapGet("/verify", ForwardAuthEndpoint.VerifyRequest).RequireAuthorization(Policies.SessionOrKey)
            .Refuses(Problems.InsufficientScope);
    }

    public static void MapDiscovery(this IEndpointRouteBuilder app)
    {
        var discovery = app.MapGroup("/").WithTags("For services").AllowAnonymous().LimitedBy(RateLimits.Documents);
        discovery.MapGet(DiscoveryEndpoints.KeySetPath, DiscoveryEndpoints.GetKeySet);
        discovery.MapGet("/.well-known/openid-configuration", DiscoveryEndpoints.GetConfiguration);
    }
}
