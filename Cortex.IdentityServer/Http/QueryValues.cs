using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Http;

/// <summary>
/// What a query parameter holds. The server reads it as text, so that <see cref="QueryReader"/> can say what is wrong; the OpenAPI document shows the type.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal abstract class QueryValueAttribute : Attribute
{
    public abstract void Describe(OpenApiSchema schema);
}

/// <summary>For <see cref="QueryReader.Number"/>.</summary>
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

/// <summary>For <see cref="QueryReader.Limit"/>.</summary>
internal sealed class LimitValueAttribute() : NumberValueAttribute(1, QueryReader.MostItems, QueryReader.UsualItems);

/// <summary>For <see cref="QueryReader.Flag"/>.</summary>
internal sealed class FlagValueAttribute : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema) => schema.Type = JsonSchemaType.Boolean;
}

/// <summary>For <see cref="QueryReader.Id"/>.</summary>
internal sealed class IdValueAttribute : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema) => schema.Format = "uuid";
}

/// <summary>For <see cref="QueryReader.Time"/>.</summary>
internal sealed class TimeValueAttribute : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema) => schema.Format = "date-time";
}

/// <summary>For <see cref="QueryReader.Word"/>.</summary>
internal class WordValueAttribute(params string[] words) : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema) => schema.Enum = [.. words.Select(word => (JsonNode)word)];
}
