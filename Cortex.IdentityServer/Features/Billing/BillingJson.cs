using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Billing;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BillingEventPage))]
[JsonSerializable(typeof(BillingEventResponse))]
internal sealed partial class BillingJson : JsonSerializerContext;
