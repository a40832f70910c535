using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>Adds examples of request and response bodies.</summary>
internal sealed class OperationExamples(IOptions<JsonOptions> json) : IOpenApiOperationTransformer
{
    private JsonSerializerOptions Options => json.Value.SerializerOptions;

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var sent = context.Description.ParameterDescriptions.FirstOrDefault(parameter => parameter.Source == BindingSource.Body)?.Type;
        sent ??= context.Description.ActionDescriptor.EndpointMetadata.OfType<IAcceptsMetadata>().LastOrDefault()?.RequestType;
        AddExample(operation.RequestBody?.Content, ExampleOf(sent));
        RemoveNull(operation.RequestBody?.Content);
        var own = context.Description.ActionDescriptor.EndpointMetadata.OfType<ResponseExample>()
            .ToDictionary(example => example.Status, example => example.Body);
        foreach (var answer in context.Description.SupportedResponseTypes)
        {
            if (operation.Responses?.TryGetValue(answer.StatusCode.ToString(CultureInfo.InvariantCulture), out var response) == true)
            {
                AddExample(response.Content, own.TryGetValue(answer.StatusCode, out var body) ? BodyExamples.Serialize(body, Options) : ExampleOf(answer.Type));
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Removes <c>null</c> from the schemas of optional bodies, which clients should omit instead.</summary>
    private static void RemoveNull(IDictionary<string, OpenApiMediaType>? content)
    {
        foreach (var body in content?.Values ?? [])
        {
            if (body.Schema?.OneOf is { } choices && choices.OfType<OpenApiSchemaReference>().SingleOrDefault() is { } only
                && choices.All(choice => choice == only || choice.Type == JsonSchemaType.Null))
            {
                body.Schema = only;
            }
        }
    }

    private JsonNode? ExampleOf(Type? body) => body is null ? null : BodyExamples.Of(body, Options);

    private static void AddExample(IDictionary<string, OpenApiMediaType>? content, JsonNode? example)
    {
        foreach (var (mediaType, body) in content ?? new Dictionary<string, OpenApiMediaType>())
        {
            if (example is not null && mediaType is "application/json" or "application/x-www-form-urlencoded")
            {
                body.Example = example.DeepClone();
            }
        }
    }
}
