using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Billing.Events;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BillingEventPage))]
[JsonSerializable(typeof(BillingEventResponse))]
[JsonSerializable(typeof(BillingEventDetails))]
[JsonSerializable(typeof(AssignEventRequest))]
[JsonSerializable(typeof(string))]
internal sealed partial class EventsJson : JsonSerializerContext;
