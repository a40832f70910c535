using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Events;

/// <summary>An event from the payment provider, without the customer's data.</summary>
/// <param name="Id">The id of the event on this server.</param>
/// <param name="UserId">The id of the user; null if the user isn't known, or the event is about no user.</param>
/// <param name="UserEmail">The user's email; null without a user.</param>
/// <param name="EventType">The type of the event, such as <c>subscription.created</c>.</param>
/// <param name="PolarEventId">The provider's id of the event.</param>
/// <param name="Processed">Whether the event has been processed.</param>
/// <param name="State">
/// <c>waiting</c> for the next attempt, <c>processed</c>, <c>failed</c> after all attempts, or <c>unmatched</c> until its user is known.
/// </param>
/// <param name="Attempts">How often the server has tried to process the event since it arrived or was last replayed.</param>
/// <param name="Error">Why the last attempt failed; null if it didn't.</param>
/// <param name="NextAttemptAt">When the next attempt is due; null if none is, or if it is due now.</param>
/// <param name="CreatedAt">When the event arrived; null for events that the Python server stored without a time.</param>
internal record BillingEventResponse(
    Guid Id,
    Guid? UserId,
    string? UserEmail,
    string EventType,
    string PolarEventId,
    bool Processed,
    string State,
    int Attempts,
    string? Error,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? CreatedAt) : IExample<BillingEventResponse>
{
    public static BillingEventResponse Example => new(
        new("0199f0f0-6c2f-7b7d-b1c4-0d7a52f3e913"), ExampleValues.Id, ExampleValues.Email, "subscription.created", "6f0c1b1d-0f5e-4f7e-9c55-0d2a7f1c9b10",
        true, EventState.Processed, 1, null, null, ExampleValues.Time);
}
