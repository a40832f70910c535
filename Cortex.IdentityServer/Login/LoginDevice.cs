using Cortex.IdentityServer.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Login;

/// <summary>What a user logs in with, so that the first login from somewhere else is told to them.</summary>
internal sealed class LoginDevice
{
    /// <summary>How long one that isn't used is remembered.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromDays(365);

    public Guid UserId { get; init; }

    /// <summary>A hash of network and kind of program.</summary>
    public required byte[] Device { get; init; }

    public DateTimeOffset LastLoginAt { get; init; }
}

/// <summary>Table <c>login_devices</c>.</summary>
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
