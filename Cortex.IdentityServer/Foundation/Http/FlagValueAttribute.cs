using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>For <see cref="QueryReader.Flag"/>.</summary>
internal sealed class FlagValueAttribute : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema) => schema.Type = JsonSchemaType.Boolean;
}
