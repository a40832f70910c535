namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>An audit event with the emails that its users have now.</summary>
/// <param name="Event">The event.</param>
/// <param name="ActorEmail">The email of the user who performed the action; null if there is none, or the account was deleted.</param>
/// <param name="UserEmail">The email of the account that the event concerns; null if there is none, or it was deleted.</param>
internal sealed record NamedAuditEvent(AuditEvent Event, string? ActorEmail, string? UserEmail);
