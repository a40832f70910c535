using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ApiKeyResponse))]
[JsonSerializable(typeof(IReadOnlyList<ApiKeyResponse>))]
[JsonSerializable(typeof(GenerateApiKeyRequest))]
[JsonSerializable(typeof(GeneratedApiKeyResponse))]
[JsonSerializable(typeof(RotateApiKeyRequest))]
[JsonSerializable(typeof(UpdateApiKeyRequest))]
internal sealed partial class ApiKeysJson : JsonSerializerContext;
