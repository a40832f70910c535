using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>Shows which answers carry an entity tag.</summary>
internal sealed class OperationEntityTags : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<HasEntityTag>().Any())
        {
            foreach (var success in (operation.Responses?.Where(response => response.Key[0] == '2').Select(response => response.Value) ?? [])
                .OfType<OpenApiResponse>())
            {
                (success.Headers ??= new Dictionary<string, IOpenApiHeader>())["ETag"] = new OpenApiHeader
                {
                    Description = "Identifies this version of the user, for If-Match.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                };
            }
        }

        return Task.CompletedTask;
    }
}
