using System.Text.Json;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>A meter at Polar: which events it counts, and how.</summary>
/// <param name="Id">Polar's id of the meter.</param>
/// <param name="Name">The name of the meter.</param>
/// <param name="Json">
/// The whole answer, with the members <c>filter</c> (<c>conjunction</c>, <c>clauses</c>) and <c>aggregation</c> (<c>func</c>, <c>property</c>).
/// </param>
internal sealed record PolarMeter(string Id, string Name, JsonElement Json)
{
    public static PolarMeter? Read(JsonElement json) =>
        json.Text("id") is { } id && json.Text("name") is { } name ? new(id, name, json.Clone()) : null;
}
