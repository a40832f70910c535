using System.Text.Json;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>A customer with everything that is active, as Polar's API and its webhook <c>customer.state_changed</c> describe it.</summary>
/// <param name="Id">Polar's id of the customer.</param>
/// <param name="ExternalId">Our id of the user.</param>
/// <param name="Json">The whole answer, in the form of the webhook's <c>data</c>, with <c>active_subscriptions</c> and <c>active_meters</c>.</param>
/// <remarks>Polar caches it for up to an hour, so a webhook can be more recent.</remarks>
internal sealed record PolarCustomerState(string Id, string? ExternalId, JsonElement Json)
{
    public static PolarCustomerState? Read(JsonElement json) =>
        json.Text("id") is { } id && json.Items("active_subscriptions") is not null ? new(id, json.Text("external_id"), json.Clone()) : null;
}
