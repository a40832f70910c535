using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Documents that a route also answers in another media type than JSON, if the <c>Accept</c> header prefers it.</summary>
/// <param name="MediaType">The media type.</param>
/// <param name="LineSchema">For lines of JSON, the name of the schema that describes a line. CSV is documented as text.</param>
internal sealed record AlternativeMediaType(string MediaType, string? LineSchema = null) : IDescribesOperation
{
    public void Describe(OpenApiOperation operation, OpenApiDocument document)
    {
        foreach (var success in operation.SuccessResponses())
        {
            (success.Content ??= new Dictionary<string, OpenApiMediaType>())[MediaType] = new()
            {
                Schema = LineSchema is null ? new OpenApiSchema { Type = JsonSchemaType.String } : new OpenApiSchemaReference(LineSchema, document),
            };
        }

        operation.AddHeader(HeaderNames.Vary, "Accept: the response depends on the media type that the client prefers.");
    }
}
