using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>Source-generated JSON serialization of this folder's response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MeterEventResponse))]
[JsonSerializable(typeof(UnacceptedEventPage))]
internal sealed partial class MeterJson : JsonSerializerContext;
