using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Configures the documented table <c>users</c> and the columns added to it.</summary>
internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    public const int EmailLength = 255;
    public const int PasswordHashLength = 255;
    public const int SecurityStampLength = 64;
    public const int TwoFactorSecretLength = 255;

    private const int ApiKeyLength = 255;

    public void Configure(EntityTypeBuilder<User> user)
    {
        user.ToTable("users");
        user.HasKey(u => u.Id);
        user.Property(u => u.Id).HasDefaultValueSql("gen_random_uuid()");
        user.Property(u => u.Email).HasMaxLength(EmailLength).IsRequired();
        // The documented table requires a hash, but a table created by another program may contain NULL, which must stay readable.
        user.Property(u => u.PasswordHash).HasMaxLength(PasswordHashLength);
        user.Property(u => u.ApiKey).HasMaxLength(ApiKeyLength);
        user.Property(u => u.SubscriptionTier).HasMaxLength(TierName.MaxLength).HasDefaultValue(User.FreeTier);
        user.Property(u => u.IsActive).HasDefaultValue(true);
        user.Property(u => u.IsVerified).HasDefaultValue(false);
        user.Property(u => u.HasTwoFactor).HasColumnName("two_factor_enabled").HasDefaultValue(false);
        user.Property(u => u.TwoFactorSecret).HasMaxLength(TwoFactorSecretLength);
        user.Property(u => u.CreatedAt).HasDefaultValueSql("now()");
        user.Property(u => u.UpdatedAt).HasDefaultValueSql("now()").ValueGeneratedOnAddOrUpdate();
        user.Property(u => u.SecurityStamp).HasMaxLength(SecurityStampLength).HasDefaultValueSql("gen_random_uuid()::text");
        user.Property(u => u.Quota).HasColumnType("jsonb");
        user.Property(u => u.RowVersion).HasColumnName("xmin").HasColumnType("xid").IsRowVersion();

        // A tombstone isn't an account anymore, so no query of this server finds it.
        user.HasQueryFilter(u => u.DeletedAt == null);
        user.HasIndex(u => u.Email).IsUnique().HasDatabaseName("users_email_key");
        user.HasIndex(u => u.ApiKey).IsUnique().HasDatabaseName("users_api_key_key");

        // Columns of ASP.NET Core Identity that this schema stores elsewhere, derives, or doesn't have.
        user.Ignore(u => u.UserName).Ignore(u => u.NormalizedUserName).Ignore(u => u.NormalizedEmail)
            .Ignore(u => u.EmailConfirmed).Ignore(u => u.TwoFactorEnabled).Ignore(u => u.ConcurrencyStamp)
            .Ignore(u => u.PhoneNumber).Ignore(u => u.PhoneNumberConfirmed)
            .Ignore(u => u.LockoutEnabled).Ignore(u => u.LockoutEnd).Ignore(u => u.AccessFailedCount)
            .Ignore(u => u.IsEnabled).Ignore(u => u.HasPassword);
    }
}
