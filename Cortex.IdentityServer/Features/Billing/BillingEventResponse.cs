using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing;

/// <summary>An event from the payment provider, without the customer's data.</summary>
/// <param name="Id">The id of the event on this server.</param>
/// <param name="UserId">The id of the user.</param>
/// <param name="EventType">The type of the event, such as <c>subscription.created</c>.</param>
/// <param name="PolarEventId">The provider's id of the event.</param>
/// <param name="Processed">Whether the event has been processed; false while it is pending.</param>
/// <param name="CreatedAt">When the event arrived; null for events that the Python server stored without a time.</param>
internal sealed record BillingEventResponse(
    Guid Id, Guid UserId, string EventType, string PolarEventId, bool Processed, DateTimeOffset? CreatedAt) : IExample<BillingEventResponse>
{
    public static BillingEventResponse Example => new(
        new("0199f0f0-6c2f-7b7d-b1c4-0d7a52f3e913"), ExampleValues.Id, "subscription.created", "evt_6f0c1b1d", false, ExampleValues.Time);
}
