using System.Text.Json.Nodes;

namespace Cortex.Polar.Http;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Type">The kind of mistake, such as <c>missing</c>.</param>
/// <param name="Place">Where it is: <c>body</c>, and then names and indexes.</param>
/// <param name="Message">A sentence.</param>
/// <param name="Input">What was sent there.</param>
internal sealed record PolarProblem(string Type, IReadOnlyList<object> Place, string Message, JsonNode? Input)
{
    public JsonObject ToJson() => new()
    {
        ["type"] = Type,
        ["loc"] = new JsonArray([.. Place.Select(part => (JsonNode)(part is int index ? JsonValue.Create(index) : JsonValue.Create((string)part)))]),
        ["msg"] = Message,
        ["input"] = Input?.DeepClone(),
    };
}
