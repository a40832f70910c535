using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Frontend;

/// <summary>Source-generated JSON serialization of this folder's response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ConfigResponse))]
internal sealed partial class FrontendJson : JsonSerializerContext;
