using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DisableTwoFactorRequest))]
[JsonSerializable(typeof(EnableTwoFactorRequest))]
[JsonSerializable(typeof(EnableTwoFactorResponse))]
[JsonSerializable(typeof(RecoveryCodesResponse))]
[JsonSerializable(typeof(TwoFactorCodeRequest))]
[JsonSerializable(typeof(TwoFactorEnabledResponse))]
[JsonSerializable(typeof(TwoFactorStatusResponse))]
internal sealed partial class TwoFactorJson : JsonSerializerContext;
