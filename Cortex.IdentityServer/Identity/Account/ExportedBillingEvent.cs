namespace Cortex.IdentityServer.Identity.Account;

/// <summary>An event that the payment provider reported.</summary>
/// <param name="EventType">The type of the event.</param>
/// <param name="Data">The reported data, unchanged.</param>
/// <param name="CreatedAt">When the event was received.</param>
internal sealed record ExportedBillingEvent(string EventType, string? Data, DateTimeOffset? CreatedAt);
