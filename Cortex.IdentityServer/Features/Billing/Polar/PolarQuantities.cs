using System.Text.Json;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>What a meter counted over a time.</summary>
/// <param name="Total">The total.</param>
/// <param name="Quantities">The quantity of each interval.</param>
internal sealed record PolarQuantities(decimal Total, IReadOnlyList<PolarQuantity> Quantities)
{
    public static PolarQuantities? Read(JsonElement json) =>
        json.Number("total") is { } total && json.Items("quantities") is { } items
            ? new(total, [.. items.Select(PolarQuantity.Read).OfType<PolarQuantity>()])
            : null;
}
