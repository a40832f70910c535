using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Maps the tables of the second factor.</summary>
internal sealed class TwoFactorConfiguration
    : IEntityTypeConfiguration<TwoFactorChallenge>, IEntityTypeConfiguration<TwoFactorState>, IEntityTypeConfiguration<RecoveryCodeHash>
{
    private const int FirstFactorLength = 8;

    public void Configure(EntityTypeBuilder<TwoFactorChallenge> challenge)
    {
        challenge.ToTable("two_factor_challenges");
        challenge.HasKey(c => c.Id);
        challenge.Property(c => c.Id).ValueGeneratedNever();
        challenge.Property(c => c.SecurityStamp).HasMaxLength(UserConfiguration.SecurityStampLength);
        challenge.Property(c => c.FirstFactor).HasMaxLength(FirstFactorLength).HasDefaultValue(AuthenticationMethods.Pwd);
        challenge.HasOne<User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
        challenge.HasIndex(c => c.UserId);
        challenge.HasIndex(c => c.ExpiresAt);
    }

    public void Configure(EntityTypeBuilder<TwoFactorState> state)
    {
        state.ToTable("two_factor_states");
        state.HasKey(s => s.UserId);
        state.Property(s => s.InARow).HasDefaultValue(0);
        state.HasOne<User>().WithOne().HasForeignKey<TwoFactorState>(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<RecoveryCodeHash> code)
    {
        code.ToTable("recovery_codes");
        code.HasKey(c => new { c.UserId, c.CodeHash });
        code.HasOne<User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
