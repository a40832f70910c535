using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Billing.Reconciliation;

/// <summary>Source-generated JSON serialization of this folder's response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ReconciliationPage))]
internal sealed partial class ReconciliationJson : JsonSerializerContext;
