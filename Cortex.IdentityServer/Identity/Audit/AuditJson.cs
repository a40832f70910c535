using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>Source-generated JSON for the bodies of this folder.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AuditEventPage))]
[JsonSerializable(typeof(ChangeDetails))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class AuditJson : JsonSerializerContext;
