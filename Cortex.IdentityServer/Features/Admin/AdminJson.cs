using System.Text.Json.Serialization;
using Cortex.IdentityServer.Features.Admin.Adjustments;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AdminAuditEventPage))]
[JsonSerializable(typeof(AdjustmentRequest))]
internal sealed partial class AdminJson : JsonSerializerContext;
