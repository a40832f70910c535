using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Finds and changes an operation's successful responses in the OpenAPI document.</summary>
internal static class OperationResponses
{
    public static IEnumerable<OpenApiResponse> SuccessResponses(this OpenApiOperation operation) =>
        (operation.Responses?.Where(answer => answer.Key[0] == '2').Select(answer => answer.Value) ?? []).OfType<OpenApiResponse>();

    /// <summary>Adds a header to every successful response.</summary>
    public static void AddHeader(this OpenApiOperation operation, string name, string description)
    {
        foreach (var success in operation.SuccessResponses())
        {
            (success.Headers ??= new Dictionary<string, IOpenApiHeader>())[name] = new OpenApiHeader
            {
                Description = description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            };
        }
    }
}
