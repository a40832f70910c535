using System.Net;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>Something that happened to an account: who did what to whom, when, from where, and how it ended (OWASP ASVS 16.2.1).</summary>
internal sealed class AuditEvent
{
    public Guid Id { get; init; }

    public DateTimeOffset OccurredAt { get; init; }

    /// <summary>One of <see cref="AuditAction"/>.</summary>
    public required string Action { get; init; }

    public required string Outcome { get; init; }

    /// <summary>Who did it; null for somebody who wasn't authenticated.</summary>
    public Guid? ActorId { get; init; }

    /// <summary>Whose account it is about; null where there is none.</summary>
    public Guid? UserId { get; init; }

    public IPAddress? Ip { get; init; }

    public string? UserAgent { get; init; }

    public string? RequestId { get; init; }

    /// <summary>More about it, as a JSON object of texts; no secret and no email.</summary>
    public string? Details { get; init; }
}
