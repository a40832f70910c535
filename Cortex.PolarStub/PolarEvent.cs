using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cortex.Polar;

/// <summary>A usage event that was accepted.</summary>
/// <param name="Name">The event's name.</param>
/// <param name="ExternalCustomerId">Whose usage it is, by the seller's id; null if <paramref name="CustomerId"/> says it.</param>
/// <param name="CustomerId">Whose usage it is, by Polar's id.</param>
/// <param name="ExternalId">What makes it unique; null for an event that is never a duplicate.</param>
/// <param name="Timestamp">When the usage happened.</param>
/// <param name="ReceivedAt">When the event was accepted, which decides the period in which it is billed.</param>
/// <param name="Metadata">Its other values.</param>
public sealed record PolarEvent(
    string Name, string? ExternalCustomerId, Guid? CustomerId, string? ExternalId, DateTimeOffset Timestamp, DateTimeOffset ReceivedAt, JsonObject Metadata)
{
    /// <summary>A number in the metadata, with dots for nesting, such as <c>_cost.amount</c>; 0 if there is none.</summary>
    public decimal Number(string property)
    {
        JsonNode? node = Metadata;
        foreach (var part in property.Split('.'))
        {
            node = (node as JsonObject)?[part];
        }

        return node?.GetValueKind() switch
        {
            JsonValueKind.Number => decimal.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture),
            JsonValueKind.String when decimal.TryParse(node.GetValue<string>(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            _ => 0,
        };
    }
}
