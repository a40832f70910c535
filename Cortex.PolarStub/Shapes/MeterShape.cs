using System.Text.Json.Nodes;

namespace Cortex.Polar.Shapes;

/// <summary>Meters as the API and webhooks show them.</summary>
internal static class MeterShape
{
    private const string CreatedAt = "2026-01-05T09:30:00.123456Z";

    public static JsonObject Of(PolarMeter meter) => new()
    {
        ["metadata"] = new JsonObject(),
        ["created_at"] = CreatedAt,
        ["modified_at"] = null,
        ["id"] = meter.Id,
        ["name"] = meter.Name,
        ["unit"] = "scalar",
        ["custom_label"] = null,
        ["custom_multiplier"] = null,
        ["filter"] = new JsonObject
        {
            ["conjunction"] = "and",
            ["clauses"] = new JsonArray(new JsonObject { ["property"] = "name", ["operator"] = "eq", ["value"] = meter.EventName }),
        },
        ["aggregation"] = meter.Property is { } property
            ? new JsonObject { ["func"] = "sum", ["property"] = property }
            : new JsonObject { ["func"] = "count" },
        ["organization_id"] = PolarOrganization.Id,
        ["archived_at"] = null,
    };

    /// <summary>What a customer has used of each meter.</summary>
    public static IEnumerable<JsonNode> InState(PolarCustomer customer, PolarOrganization organization) =>
        from meter in organization.Meters
        let shape = Consumed(customer, meter, organization)
        where shape is not null
        select shape;

    /// <summary>What a customer has used of a meter, with both; null if the customer has used nothing.</summary>
    public static JsonObject? OfCustomer(PolarCustomer customer, PolarMeter meter, PolarOrganization organization)
    {
        if (Consumed(customer, meter, organization) is not { } shape)
        {
            return null;
        }

        shape["customer_id"] = customer.Id;
        shape["customer"] = CustomerShape.Of(customer, organization);
        shape["meter"] = Of(meter);
        return shape;
    }

    private static JsonObject? Consumed(PolarCustomer customer, PolarMeter meter, PolarOrganization organization)
    {
        var events = organization.Usage.Measured(meter, customer).ToList();
        if (events.Count == 0)
        {
            return null;
        }

        var consumed = PolarUsage.Measure(meter, events);
        return new()
        {
            ["id"] = CombinedId(customer.Id, meter.Id),
            ["created_at"] = PolarTime.Text(events[0].ReceivedAt),
            ["modified_at"] = PolarTime.Text(events[^1].ReceivedAt),
            ["meter_id"] = meter.Id,
            ["consumed_units"] = consumed,
            ["credited_units"] = 0,
            ["balance"] = -consumed,
        };
    }

    /// <summary>The same id each time, for what has no row of its own here.</summary>
    private static Guid CombinedId(Guid one, Guid other)
    {
        var (bytes, others) = (one.ToByteArray(), other.ToByteArray());
        return new(bytes.Zip(others, (left, right) => (byte)(left ^ right)).ToArray());
    }
}
