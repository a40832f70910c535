using System.Net;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>An audit event: who did what to which account, when, from where, and with what outcome (OWASP ASVS 16.2.1).</summary>
internal sealed class AuditEvent
{
    public Guid Id { get; init; }

    public DateTimeOffset OccurredAt { get; init; }

    /// <summary>One of <see cref="AuditAction"/>.</summary>
    public required string Action { get; init; }

    public required string Outcome { get; init; }

    /// <summary>The user who performed the action, or null if the client wasn't authenticated.</summary>
    public Guid? ActorId { get; init; }

    /// <summary>The account that the event concerns, or null if there is none.</summary>
    public Guid? UserId { get; init; }

    public IPAddress? Ip { get; init; }

    public string? UserAgent { get; init; }

    public string? RequestId { get; init; }

    /// <summary>Additional details as a JSON object of strings. They never contain secrets or emails.</summary>
    public string? Details { get; init; }
}
