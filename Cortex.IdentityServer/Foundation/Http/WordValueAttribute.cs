using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Documents a parameter that <see cref="QueryReader.ReadWord"/> reads.</summary>
internal class WordValueAttribute(params string[] words) : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema) => schema.Enum = [.. words.Select(word => (JsonNode)word)];
}
