using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Billing.Overview;

/// <summary>Source-generated JSON serialization of this folder's response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BillingResponse))]
internal sealed partial class OverviewJson : JsonSerializerContext;
