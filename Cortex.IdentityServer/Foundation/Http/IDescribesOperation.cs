using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Route metadata that documents its effect on the route in the OpenAPI document.</summary>
internal interface IDescribesOperation
{
    void Describe(OpenApiOperation operation, OpenApiDocument document);
}
