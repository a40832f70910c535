using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Configures the tables <c>roles</c> and <c>user_roles</c>.</summary>
internal sealed class RoleConfiguration : IEntityTypeConfiguration<Role>, IEntityTypeConfiguration<IdentityUserRole<Guid>>
{
    private const int NameLength = 64;
    private const int ConcurrencyStampLength = 64;

    public void Configure(EntityTypeBuilder<Role> role)
    {
        role.ToTable("roles");
        role.HasKey(r => r.Id);
        role.Property(r => r.Id).HasDefaultValueSql("gen_random_uuid()");
        role.Property(r => r.Name).HasMaxLength(NameLength).IsRequired();
        role.Property(r => r.NormalizedName).HasMaxLength(NameLength).IsRequired();
        role.Property(r => r.ConcurrencyStamp).HasMaxLength(ConcurrencyStampLength).IsConcurrencyToken();
        role.HasIndex(r => r.NormalizedName).IsUnique();
    }

    public void Configure(EntityTypeBuilder<IdentityUserRole<Guid>> membership)
    {
        membership.ToTable("user_roles");
        membership.HasKey(m => new { m.UserId, m.RoleId });
        membership.HasOne<User>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Cascade);
        membership.HasOne<Role>().WithMany().HasForeignKey(m => m.RoleId).OnDelete(DeleteBehavior.Cascade);
        membership.HasIndex(m => m.RoleId);
    }
}
