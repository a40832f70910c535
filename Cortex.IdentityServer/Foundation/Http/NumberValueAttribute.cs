using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Documents a parameter that <see cref="QueryReader.Number"/> reads.</summary>
internal class NumberValueAttribute(int least, int most, int otherwise) : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Integer;
        schema.Format = "int32";
        (schema.Minimum, schema.Maximum) = ($"{least}", $"{most}");
        schema.Default = JsonValue.Create(otherwise);
    }
}
