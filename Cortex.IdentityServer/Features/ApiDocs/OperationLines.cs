using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>Documents bodies that consist of lines of JSON. Their schema describes a single line.</summary>
internal sealed class OperationLines(IOptions<JsonOptions> json) : IOpenApiOperationTransformer
{
    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<RequestLines>().LastOrDefault() is { } request)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Description = "One JSON object per line.",
                Required = true,
                Content = await ContentAsync(Ndjson.Names, [request.Line], context, cancellationToken),
            };
        }

        if (metadata.OfType<ResponseLines>().LastOrDefault() is { } response)
        {
            (operation.Responses ??= [])["200"] = new OpenApiResponse
            {
                Description = "One JSON object per line.",
                Content = await ContentAsync([Ndjson.MediaType], response.Lines, context, cancellationToken),
            };
        }
    }

    private async Task<Dictionary<string, OpenApiMediaType>> ContentAsync(
        IReadOnlyList<string> names, Type[] lines, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var kinds = new List<IOpenApiSchema>();
        var examples = new Dictionary<string, IOpenApiExample>();
        foreach (var line in lines)
        {
            if (context.Document!.Components?.Schemas?.ContainsKey(line.Name) != true)
            {
                var schemaOfLine = await context.GetOrCreateSchemaAsync(line, parameterDescription: null, cancellationToken);
                context.Document.AddComponent(line.Name, AllowAdditionalProperties(schemaOfLine));
            }

            kinds.Add(new OpenApiSchemaReference(line.Name, context.Document));
            examples[line.Name] = new OpenApiExample { Value = BodyExamples.Of(line, json.Value.SerializerOptions) };
        }

        var schema = kinds.Count == 1 ? kinds[0] : new OpenApiSchema { OneOf = kinds };
        return names.ToDictionary(name => name, name => new OpenApiMediaType { Schema = schema, Examples = examples });
    }

    /// <summary>Lets nested objects gain fields in later versions, as the line itself can.</summary>
    private static OpenApiSchema AllowAdditionalProperties(OpenApiSchema schema)
    {
        foreach (var part in (schema.Properties?.Values ?? []).OfType<OpenApiSchema>().Where(part => part.Properties is not null))
        {
            part.AdditionalPropertiesAllowed = schema.AdditionalPropertiesAllowed;
        }

        return schema;
    }
}
