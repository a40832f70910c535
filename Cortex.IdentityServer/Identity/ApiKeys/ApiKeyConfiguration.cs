using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>Maps <see cref="ApiKey"/> to its table.</summary>
internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public const int NameLength = 255;

    private const int KeyHashLength = 255;
    private const int PrefixLength = 16;

    public void Configure(EntityTypeBuilder<ApiKey> key)
    {
        key.ToTable("api_keys");
        key.HasKey(k => k.Id);
        key.Property(k => k.Id).HasDefaultValueSql("gen_random_uuid()");
        key.Property(k => k.KeyHash).HasMaxLength(KeyHashLength).IsRequired();
        key.Property(k => k.Name).HasMaxLength(NameLength);
        key.Property(k => k.IsActive).HasDefaultValue(true);
        key.Property(k => k.CreatedAt).HasDefaultValueSql("now()");
        key.Property(k => k.Prefix).HasMaxLength(PrefixLength);
        key.Property(k => k.Scopes).HasDefaultValueSql("'{}'");
        key.Property(k => k.MonthlyQuota).HasColumnType("jsonb");
        key.HasOne<User>().WithMany().HasForeignKey(k => k.UserId).OnDelete(DeleteBehavior.Cascade);

        // A revoked key is kept only for the usage that refers to it, so no query of this server finds it.
        key.HasQueryFilter(k => k.RevokedAt == null);
        key.HasIndex(k => k.KeyHash).IsUnique().HasDatabaseName("api_keys_key_hash_key");
        key.HasIndex(k => k.UserId);
    }
}
