using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Metadata of a route that adds what it does to the route's operation in the OpenAPI document.</summary>
internal interface IDescribesOperation
{
    void Describe(OpenApiOperation operation, OpenApiDocument document);
}
