using System.Text.Json;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>What one of Polar's meters has counted for a customer in the current period.</summary>
/// <param name="MeterId">Polar's id of the meter.</param>
/// <param name="MeterName">The name of the meter.</param>
/// <param name="ExternalCustomerId">Our id of the user; null if the customer isn't a user of ours.</param>
/// <param name="ConsumedUnits">What the meter has counted.</param>
/// <param name="CreditedUnits">What the customer doesn't pay for.</param>
internal sealed record PolarCustomerMeter(string MeterId, string? MeterName, string? ExternalCustomerId, decimal ConsumedUnits, decimal CreditedUnits)
{
    public static PolarCustomerMeter? Read(JsonElement json) =>
        json.Text("meter_id") is { } meter && json.Number("consumed_units") is { } consumed
            ? new(
                meter,
                json.Object("meter")?.Text("name"),
                json.Object("customer")?.Text("external_id"),
                consumed,
                json.Number("credited_units") ?? 0)
            : null;
}
