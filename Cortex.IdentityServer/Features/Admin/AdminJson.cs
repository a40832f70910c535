using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AdminAuditEventPage))]
internal sealed partial class AdminJson : JsonSerializerContext;
