using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Documents a parameter that <see cref="QueryReader.ReadFlag"/> reads.</summary>
internal sealed class FlagValueAttribute : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema) => schema.Type = JsonSchemaType.Boolean;
}
