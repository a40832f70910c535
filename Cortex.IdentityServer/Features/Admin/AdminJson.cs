using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>Source-generated JSON for the bodies of this folder.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AdminAuditEventPage))]
internal sealed partial class AdminJson : JsonSerializerContext;
