using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Source-generated JSON serialization of responses that don't belong to a feature.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AliveResponse))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class HttpJson : JsonSerializerContext;
