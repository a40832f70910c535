using System.Text.Json;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>What a meter counted in the interval that begins at a time.</summary>
internal sealed record PolarQuantity(DateTimeOffset Timestamp, decimal Quantity)
{
    public static PolarQuantity? Read(JsonElement json) =>
        json.Time("timestamp") is { } time && json.Number("quantity") is { } quantity ? new(time, quantity) : null;
}
