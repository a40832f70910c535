using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>For <see cref="QueryReader.Id"/>.</summary>
internal sealed class IdValueAttribute : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema) => schema.Format = "uuid";
}
