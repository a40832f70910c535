using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Maps <see cref="Session"/> to the table <c>sessions</c>.</summary>
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

        // Don't index a column that a refresh writes: without one, PostgreSQL updates the row in place (HOT) and writes no index.
        session.HasIndex(s => new { s.UserId, s.EndedAt });
    }
}
