using System.Globalization;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Http.OpenApi;

/// <summary>Shows what a body looks like, in both directions.</summary>
internal sealed class OperationExamples(IOptions<JsonOptions> json) : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var sent = context.Description.ParameterDescriptions.FirstOrDefault(parameter => parameter.Source == BindingSource.Body)?.Type;
        Show(operation.RequestBody?.Content, sent);
        foreach (var answer in context.Description.SupportedResponseTypes)
        {
            if (operation.Responses?.TryGetValue(answer.StatusCode.ToString(CultureInfo.InvariantCulture), out var response) == true)
            {
                Show(response.Content, answer.Type);
            }
        }

        return Task.CompletedTask;
    }

    private void Show(IDictionary<string, OpenApiMediaType>? content, Type? type)
    {
        if (type is null || content is null || Examples.Of(type, json.Value.SerializerOptions) is not { } example)
        {
            return;
        }

        foreach (var (mediaType, body) in content)
        {
            if (mediaType == "application/json")
            {
                body.Example = example.DeepClone();
            }
        }
    }
}
