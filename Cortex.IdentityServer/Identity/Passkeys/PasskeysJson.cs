using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PasskeyOptionsResponse))]
[JsonSerializable(typeof(PasskeyPagesResponse))]
[JsonSerializable(typeof(PasskeyResponse))]
[JsonSerializable(typeof(IReadOnlyList<PasskeyResponse>))]
[JsonSerializable(typeof(RegisterPasskeyRequest))]
[JsonSerializable(typeof(RelatedOriginsResponse))]
[JsonSerializable(typeof(RenamePasskeyRequest))]
internal sealed partial class PasskeysJson : JsonSerializerContext;
