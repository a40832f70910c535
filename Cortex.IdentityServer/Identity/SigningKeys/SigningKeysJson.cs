using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>Source-generated JSON serialization of stored signing keys.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PublicJwk))]
internal sealed partial class SigningKeysJson : JsonSerializerContext;
