using System.Text.Json;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>A subscription, as Polar's API and its webhooks describe it.</summary>
/// <param name="Id">Polar's id of the subscription.</param>
/// <param name="Json">The whole answer, in the form of the data of a subscription's webhooks.</param>
internal sealed record PolarSubscription(string Id, JsonElement Json)
{
    public static PolarSubscription? Read(JsonElement json) => json.Text("id") is { } id ? new(id, json.Clone()) : null;
}
