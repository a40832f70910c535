using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Documents a parameter that <see cref="QueryReader.ReadNumber"/> reads.</summary>
internal class NumberValueAttribute(int min, int max, int defaultValue) : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Integer;
        schema.Format = "int32";
        (schema.Minimum, schema.Maximum) = ($"{min}", $"{max}");
        schema.Default = JsonValue.Create(defaultValue);
    }
}
