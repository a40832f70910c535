using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Maps <c>/health</c> and its readiness and liveness probes.</summary>
internal static class HealthFeature
{
    private static readonly ResponseExample Unhealthy = new(StatusCodes.Status503ServiceUnavailable, HealthResponse.UnhealthyExample);

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithTags("Health").AllowAnonymous().LimitedBy(HttpLimits.Health);
        health.MapGet("/", HealthEndpoints.GetHealth)
            .Produces<HealthResponse>()
            .Produces<HealthResponse>(StatusCodes.Status503ServiceUnavailable)
            .WithMetadata(Unhealthy);
        health.MapGet("/ready", HealthEndpoints.GetReadiness)
            .Produces<HealthResponse>()
            .Produces<HealthResponse>(StatusCodes.Status503ServiceUnavailable)
            .WithMetadata(Unhealthy);
        health.MapGet("/live", HealthEndpoints.GetLiveness).Produces<AliveResponse>();
    }
}
