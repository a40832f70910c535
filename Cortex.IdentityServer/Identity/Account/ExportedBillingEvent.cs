namespace Cortex.IdentityServer.Identity.Account;

/// <summary>An event that the payment provider reported.</summary>
/// <param name="EventType">What happened.</param>
/// <param name="Data">What was reported, unchanged.</param>
/// <param name="CreatedAt">When it came.</param>
internal sealed record ExportedBillingEvent(string EventType, string? Data, DateTimeOffset? CreatedAt);
