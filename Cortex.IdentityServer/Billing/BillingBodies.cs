namespace Cortex.IdentityServer.Billing;

/// <summary>An event of the payment provider, without what it says of the customer.</summary>
/// <param name="Id">Names the event here.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="EventType">What it is about, such as <c>subscription.created</c>.</param>
/// <param name="PolarEventId">Its name at the provider.</param>
/// <param name="Processed">Whether it has had its effect; false while it waits.</param>
/// <param name="CreatedAt">When it came; null for rows of the Python server that don't say.</param>
internal sealed record BillingEventResponse(Guid Id, Guid UserId, string EventType, string PolarEventId, bool Processed, DateTimeOffset? CreatedAt);

/// <summary>A page of billing events, newest first.</summary>
/// <param name="Items">The events.</param>
/// <param name="NextCursor">For the next page; null at the end.</param>
internal sealed record BillingEventPage(IReadOnlyList<BillingEventResponse> Items, string? NextCursor);
