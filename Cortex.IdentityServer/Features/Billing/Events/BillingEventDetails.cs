using System.Text.Json;
using System.Text.Json.Serialization;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Events;

/// <summary>An event from the payment provider, with everything that it said.</summary>
/// <param name="Known">The event.</param>
/// <param name="Payload">The body as it was received; text if it isn't JSON, null if another program stored the event without it.</param>
internal sealed record BillingEventDetails([property: JsonIgnore] BillingEventResponse Known, [property: JsonPropertyOrder(1)] JsonElement? Payload)
    : BillingEventResponse(Known), IExample<BillingEventDetails>
{
    public static new BillingEventDetails Example => new(
        BillingEventResponse.Example,
        JsonDocument.Parse("""{"type":"subscription.created","timestamp":"2026-11-26T12:00:00Z","data":{"status":"active"}}""").RootElement);

    /// <summary>Returns the body as JSON if it can be written as such, else as a JSON string.</summary>
    public static JsonElement? PayloadOf(string? data)
    {
        if (data is null)
        {
            return null;
        }

        try
        {
            using var parsed = JsonDocument.Parse(data);
            using var writer = new Utf8JsonWriter(Stream.Null);

            // A text that isn't Unicode is found only when it is written.
            parsed.RootElement.WriteTo(writer);
            return parsed.RootElement.Clone();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return JsonSerializer.SerializeToElement(data, EventsJson.Default.String);
        }
    }
}
