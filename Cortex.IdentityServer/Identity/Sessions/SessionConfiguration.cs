using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Table <c>sessions</c>.</summary>
internal sealed class SessionConfiguration : IEntityTypeConfiguration<Session>
{
    private const int EndReasonLength = 32;

    public void Configure(EntityTypeBuilder<Session> session)
    {
        session.ToTable("sessions");
        session.HasKey(s => s.Id);
        session.Ignore(s => s.RefreshExpiresAt).Ignore(s => s.LastActiveAt);
        session.Property(s => s.Id).ValueGeneratedNever();
        session.Property(s => s.EndReason).HasMaxLength(EndReasonLength);
        session.Property(s => s.UserAgent).HasMaxLength(RequestOrigin.UserAgentLength);
        session.HasOne<User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);

        // No index on a column that a refresh writes: PostgreSQL then updates the row in place (HOT) and no index at all.
        session.HasIndex(s => new { s.UserId, s.EndedAt });
    }
}
