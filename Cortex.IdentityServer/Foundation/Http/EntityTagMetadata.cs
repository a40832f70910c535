using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Marks a route whose responses carry an ETag, for the OpenAPI document.</summary>
/// <param name="Meaning">The header's description: what the tag identifies.</param>
internal sealed record EntityTagMetadata(string Meaning) : IDescribesOperation
{
    public void Describe(OpenApiOperation operation, OpenApiDocument document) => operation.AddHeader("ETag", Meaning);
}
