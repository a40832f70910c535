using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Billing.Status;

/// <summary>Source-generated JSON serialization of this folder's response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BillingStatusResponse))]
internal sealed partial class StatusJson : JsonSerializerContext;
