using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Billing;

/// <summary>Source-generated JSON for the bodies of this folder.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BillingEventPage))]
[JsonSerializable(typeof(BillingEventResponse))]
internal sealed partial class BillingJson : JsonSerializerContext;
