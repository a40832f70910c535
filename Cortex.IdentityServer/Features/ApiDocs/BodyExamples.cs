using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>Finds the example that a body's type declares (<see cref="IExample{TSelf}"/>).</summary>
internal static class BodyExamples
{
    private static readonly MethodInfo Declared = typeof(BodyExamples).GetMethod(nameof(DeclaredBy), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Returns the example of a type or of a list of that type, or null if the type declares none.</summary>
    public static JsonNode? Of(Type type, JsonSerializerOptions options)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return Of(type.GenericTypeArguments[0], options) is { } one ? new JsonArray(one) : null;
        }

        var declares = type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IExample<>));
        return declares ? Serialize(Declared.MakeGenericMethod(type).Invoke(obj: null, parameters: null)!, options) : null;
    }

    /// <summary>Returns the body as JSON. Request bodies omit fields that aren't set, and response bodies have all fields.</summary>
    public static JsonNode? Serialize(object body, JsonSerializerOptions options)
    {
        var example = JsonSerializer.SerializeToNode(body, body.GetType(), options);
        if (body is IRequestBody && example is JsonObject fields)
        {
            foreach (var unset in fields.Where(field => field.Value is null).Select(field => field.Key).ToList())
            {
                fields.Remove(unset);
            }
        }

        return example;
    }

    private static object DeclaredBy<TBody>()
        where TBody : IExample<TBody> => TBody.Example;
}
