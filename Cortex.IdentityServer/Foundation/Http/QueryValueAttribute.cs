using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// Documents the type of a query parameter. The server binds it as text so that <see cref="QueryReader"/> can report errors, which hides the type from the
/// OpenAPI generator.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal abstract class QueryValueAttribute : Attribute, IDescribesSchema
{
    public abstract void Describe(OpenApiSchema schema);
}
