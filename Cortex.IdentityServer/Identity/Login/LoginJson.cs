using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(PasskeyLoginOptionsRequest))]
[JsonSerializable(typeof(PasskeyLoginRequest))]
[JsonSerializable(typeof(PasskeyReauthenticationOptionsRequest))]
[JsonSerializable(typeof(PasskeyReauthenticationRequest))]
[JsonSerializable(typeof(PasskeySecondFactorOptionsRequest))]
[JsonSerializable(typeof(PasskeySecondFactorRequest))]
[JsonSerializable(typeof(ReauthenticateRequest))]
[JsonSerializable(typeof(TwoFactorLoginRequest))]
internal sealed partial class LoginJson : JsonSerializerContext;
