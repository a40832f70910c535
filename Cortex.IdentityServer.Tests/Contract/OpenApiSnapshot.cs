using System.Text.Json;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>The verified OpenAPI document.</summary>
internal static class OpenApiSnapshot
{
    /// <summary>Every operation, by method and path.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Operations { get; } = ReadOperations();

    private static Dictionary<string, JsonElement> ReadOperations()
    {
        var document = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Document.Repository, "Cortex.IdentityServer.Tests", "Contract", "openapi.verified.json")));
        return document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject(), (path, operation) => (Name: $"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value))
            .ToDictionary(operation => operation.Name, operation => operation.Value, StringComparer.Ordinal);
    }
}
