using System.Net;
using Cortex.IdentityServer.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Audit;

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

/// <summary>Table <c>audit_events</c>. The migration makes it by hand: partitioned by month, and append-only by a trigger.</summary>
internal sealed class AuditEventConfiguration : IEntityTypeConfiguration<AuditEvent>
{
    public void Configure(EntityTypeBuilder<AuditEvent> audit)
    {
        audit.ToTable("audit_events", table => table.ExcludeFromMigrations());
        audit.HasKey(e => new { e.OccurredAt, e.Id });
        audit.Property(e => e.Action).HasMaxLength(64);
        audit.Property(e => e.Outcome).HasMaxLength(16);
        audit.Property(e => e.UserAgent).HasMaxLength(Client.UserAgentLength);
        audit.Property(e => e.RequestId).HasMaxLength(64);
        audit.Property(e => e.Details).HasColumnType("jsonb");
    }
}
