using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Configures the table <c>one_time_tokens</c>.</summary>
internal sealed class OneTimeTokenConfiguration : IEntityTypeConfiguration<OneTimeToken>
{
    private const int PurposeLength = 32;

    public void Configure(EntityTypeBuilder<OneTimeToken> token)
    {
        token.ToTable("one_time_tokens");
        token.HasKey(t => t.Id);
        token.Property(t => t.Id).ValueGeneratedNever();
        token.Property(t => t.Purpose).HasMaxLength(PurposeLength);
        token.Property(t => t.Email).HasMaxLength(UserConfiguration.EmailLength);
        token.Property(t => t.SecurityStamp).HasMaxLength(UserConfiguration.SecurityStampLength);
        token.HasOne<User>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade);
        token.HasIndex(t => new { t.UserId, t.Purpose, t.CreatedAt });
        token.HasIndex(t => t.ExpiresAt);
    }
}
