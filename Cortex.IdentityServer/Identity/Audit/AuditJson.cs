using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AuditEventPage))]
[JsonSerializable(typeof(ChangeDetails))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class AuditJson : JsonSerializerContext;
