using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>Configures the tables that limit password guessing.</summary>
internal sealed class LoginAttemptConfiguration : IEntityTypeConfiguration<LoginAttempt>, IEntityTypeConfiguration<LoginAddress>
{
    public void Configure(EntityTypeBuilder<LoginAttempt> attempt)
    {
        attempt.ToTable("login_attempts");
        attempt.HasKey(a => new { a.EmailHash, a.Network });
        attempt.Property(a => a.Network).HasMaxLength(LoginAddress.NetworkLength);
        attempt.Property(a => a.InARow).HasDefaultValue(0);
        attempt.Property(a => a.RecentFailures).HasDefaultValueSql("'{}'");
        attempt.Property(a => a.Pending).HasDefaultValueSql("'{}'");

        // This index serves the deletion of old rows.
        attempt.HasIndex(a => a.FailedAt);
    }

    public void Configure(EntityTypeBuilder<LoginAddress> address)
    {
        address.ToTable("login_addresses");
        address.HasKey(a => new { a.UserId, a.Network });
        address.Property(a => a.Network).HasMaxLength(LoginAddress.NetworkLength);
        address.HasOne<User>().WithMany().HasForeignKey(a => a.UserId).OnDelete(DeleteBehavior.Cascade);
        address.HasIndex(a => a.LastLoginAt);
    }
}
