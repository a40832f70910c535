using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Billing.Checkout;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CheckoutRequest))]
[JsonSerializable(typeof(BillingLinkResponse))]
internal sealed partial class CheckoutJson : JsonSerializerContext;
