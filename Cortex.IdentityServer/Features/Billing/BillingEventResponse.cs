namespace Cortex.IdentityServer.Features.Billing;

/// <summary>An event from the payment provider, without the customer's data.</summary>
/// <param name="Id">The id of the event on this server.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="EventType">What it is about, such as <c>subscription.created</c>.</param>
/// <param name="PolarEventId">Its id at the provider.</param>
/// <param name="Processed">Whether it has been processed; false while it waits.</param>
/// <param name="CreatedAt">When it arrived; null for rows of the Python server that don't say.</param>
internal sealed record BillingEventResponse(Guid Id, Guid UserId, string EventType, string PolarEventId, bool Processed, DateTimeOffset? CreatedAt);
