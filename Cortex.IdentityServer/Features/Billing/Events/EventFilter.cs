namespace Cortex.IdentityServer.Features.Billing.Events;

/// <summary>Which billing events a list contains. Filters combine; null means all.</summary>
/// <param name="Processed">True for processed events only, false for all others.</param>
/// <param name="State">One of <see cref="EventState"/>.</param>
/// <param name="UserId">Only events of this user.</param>
internal sealed record EventFilter(bool? Processed, string? State, Guid? UserId);
