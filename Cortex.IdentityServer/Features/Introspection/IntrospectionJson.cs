using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AuthorizationServerResponse))]
[JsonSerializable(typeof(DiscoveryResponse))]
[JsonSerializable(typeof(IntrospectRequest))]
[JsonSerializable(typeof(IntrospectResponse))]
[JsonSerializable(typeof(JsonWebKeySetResponse))]
internal sealed partial class IntrospectionJson : JsonSerializerContext;
