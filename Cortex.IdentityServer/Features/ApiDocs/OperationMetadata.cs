using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>Lets route metadata add its own documentation to the operation (<see cref="IDescribesOperation"/>).</summary>
internal sealed class OperationMetadata : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var part in context.Description.ActionDescriptor.EndpointMetadata.OfType<IDescribesOperation>())
        {
            part.Describe(operation, context.Document!);
        }

        return Task.CompletedTask;
    }
}
