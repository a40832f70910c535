using Cortex.IdentityServer.Foundation.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>Configures the table <c>audit_events</c>. The migration creates it with raw SQL: partitioned by month, and append-only through a trigger.</summary>
internal sealed class AuditEventConfiguration : IEntityTypeConfiguration<AuditEvent>
{
    private const int ActionLength = 64;
    private const int OutcomeLength = 16;
    private const int RequestIdLength = 64;

    public void Configure(EntityTypeBuilder<AuditEvent> audit)
    {
        audit.ToTable("audit_events", table => table.ExcludeFromMigrations());
        audit.HasKey(e => new { e.OccurredAt, e.Id });
        audit.Property(e => e.Action).HasMaxLength(ActionLength);
        audit.Property(e => e.Outcome).HasMaxLength(OutcomeLength);
        audit.Property(e => e.UserAgent).HasMaxLength(RequestOrigin.UserAgentLength);
        audit.Property(e => e.RequestId).HasMaxLength(RequestIdLength);
        audit.Property(e => e.Details).HasColumnType("jsonb");
    }
}
