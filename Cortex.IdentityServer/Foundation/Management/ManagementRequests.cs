using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Management;

/// <summary>Answers the health checks of the management listener, and refuses what it doesn't serve.</summary>
internal sealed class ManagementRequests(NpgsqlDataSource database, Traffic traffic, IHostApplicationLifetime lifetime)
{
    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        // Otherwise, the metrics of requests would include those of Prometheus.
        if (context.Features.Get<IHttpMetricsTagsFeature>() is { } metrics)
        {
            metrics.MetricsDisabled = true;
        }

        var isMetrics = context.Request.Path == "/metrics";
        Func<Task<IResult>>? check = context.Request.Path.Value switch
        {
            "/health" => () => HealthEndpoints.GetHealth(database, context),
            "/health/ready" => () => HealthEndpoints.CheckReadinessAsync(
                database, traffic, context, hasStarted: lifetime.ApplicationStarted.IsCancellationRequested),
            "/health/live" => () => Task.FromResult(HealthEndpoints.GetLiveness()),
            _ => null,
        };
        if (check is null && !isMetrics)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
        else if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
        }
        else if (check is null)
        {
            await next(context);
        }
        else
        {
            await (await check()).ExecuteAsync(context);
        }
    }
}
