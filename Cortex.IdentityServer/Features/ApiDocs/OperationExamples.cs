using System.Globalization;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>Shows what a body looks like, in both directions.</summary>
internal sealed class OperationExamples(IOptions<JsonOptions> json) : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var sent = context.Description.ParameterDescriptions.FirstOrDefault(parameter => parameter.Source == BindingSource.Body)?.Type;
        sent ??= context.Description.ActionDescriptor.EndpointMetadata.OfType<IAcceptsMetadata>().LastOrDefault()?.RequestType;
        Show(operation.RequestBody?.Content, sent);
        NeverNull(operation.RequestBody?.Content);
        foreach (var answer in context.Description.SupportedResponseTypes)
        {
            if (operation.Responses?.TryGetValue(answer.StatusCode.ToString(CultureInfo.InvariantCulture), out var response) == true)
            {
                Show(response.Content, answer.Type, unhealthy: answer.StatusCode == StatusCodes.Status503ServiceUnavailable);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>A body that may be left out is better left out than sent as <c>null</c>, which the generator offers too.</summary>
    private static void NeverNull(IDictionary<string, OpenApiMediaType>? content)
    {
        foreach (var body in content?.Values ?? [])
        {
            if (body.Schema?.OneOf?.OfType<OpenApiSchemaReference>().SingleOrDefault() is { } only)
            {
                body.Schema = only;
            }
        }
    }

    private void Show(IDictionary<string, OpenApiMediaType>? content, Type? type, bool unhealthy = false)
    {
        if (type is null || content is null || Examples.Of(type, json.Value.SerializerOptions, unhealthy) is not { } example)
        {
            return;
        }

        foreach (var (mediaType, body) in content)
        {
            if (mediaType is "application/json" or "application/x-www-form-urlencoded")
            {
                body.Example = example.DeepClone();
            }
        }
    }
}
