using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Maps <see cref="LoginDevice"/> to the table <c>login_devices</c>.</summary>
internal sealed class LoginDeviceConfiguration : IEntityTypeConfiguration<LoginDevice>
{
    public void Configure(EntityTypeBuilder<LoginDevice> device)
    {
        device.ToTable("login_devices");
        device.HasKey(d => new { d.UserId, d.Device });
        device.HasOne<User>().WithMany().HasForeignKey(d => d.UserId).OnDelete(DeleteBehavior.Cascade);
        device.HasIndex(d => d.LastLoginAt);
    }
}
