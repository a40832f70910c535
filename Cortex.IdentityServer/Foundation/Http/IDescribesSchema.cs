using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>An attribute of a field or parameter that adds constraints beyond its type to the OpenAPI document.</summary>
internal interface IDescribesSchema
{
    void Describe(OpenApiSchema schema);
}
