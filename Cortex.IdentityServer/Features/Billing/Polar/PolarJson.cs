using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>Source-generated JSON serialization of the requests to Polar.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PolarCheckoutRequest))]
[JsonSerializable(typeof(PolarPortalRequest))]
[JsonSerializable(typeof(PolarIngestRequest))]
internal sealed partial class PolarJson : JsonSerializerContext;
