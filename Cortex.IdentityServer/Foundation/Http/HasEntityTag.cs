using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The answers of a route carry an ETag, for the OpenAPI document.</summary>
/// <param name="Meaning">What the tag stands for.</param>
internal sealed record HasEntityTag(string Meaning) : IDescribesOperation
{
    public void Describe(OpenApiOperation operation, OpenApiDocument document) => operation.AddHeader("ETag", Meaning);
}
