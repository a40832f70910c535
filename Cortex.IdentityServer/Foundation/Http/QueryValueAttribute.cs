using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// What a query parameter holds. The server reads it as text, so that <see cref="QueryReader"/> can say what is wrong; the OpenAPI document shows the type.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal abstract class QueryValueAttribute : Attribute, IDescribesSchema
{
    public abstract void Describe(OpenApiSchema schema);
}
