using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LogoutRequest))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(IReadOnlyList<SessionResponse>))]
[JsonSerializable(typeof(TokenResponse))]
internal sealed partial class SessionsJson : JsonSerializerContext;
