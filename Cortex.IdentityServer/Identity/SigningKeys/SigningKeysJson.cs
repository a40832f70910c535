using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>Source-generated JSON for keys as they are stored.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PublicJwk))]
internal sealed partial class SigningKeysJson : JsonSerializerContext;
