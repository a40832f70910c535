using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>An attribute of a field or parameter that knows more of its values than their type tells, for the OpenAPI document.</summary>
internal interface IDescribesSchema
{
    void Describe(OpenApiSchema schema);
}
