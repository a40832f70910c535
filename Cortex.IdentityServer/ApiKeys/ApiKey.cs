using Cortex.IdentityServer.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.ApiKeys;

/// <summary>An API key of a user: the documented table <c>api_keys</c> and the columns beside it.</summary>
internal sealed class ApiKey
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>Hex SHA-256 of the key; the key itself is stored nowhere.</summary>
    public required string KeyHash { get; init; }

    public string? Name { get; set; }

    public bool? IsActive { get; set; } = true;

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The key's first 12 characters, by which a person recognises it; unknown for keys that the Python server made.</summary>
    public string? Prefix { get; init; }

    public string[] Scopes { get; init; } = [];

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The key that took this one's place when it was rotated.</summary>
    public Guid? ReplacedById { get; init; }
}

/// <summary>Mapping of <see cref="ApiKey"/>.</summary>
internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public const int NameLength = 255;

    public void Configure(EntityTypeBuilder<ApiKey> key)
    {
        key.ToTable("api_keys");
        key.HasKey(k => k.Id);
        key.Property(k => k.Id).HasDefaultValueSql("gen_random_uuid()");
        key.Property(k => k.KeyHash).HasMaxLength(255).IsRequired();
        key.Property(k => k.Name).HasMaxLength(NameLength);
        key.Property(k => k.IsActive).HasDefaultValue(true);
        key.Property(k => k.CreatedAt).HasDefaultValueSql("now()");
        key.Property(k => k.Prefix).HasMaxLength(16);
        key.Property(k => k.Scopes).HasDefaultValueSql("'{}'");
        key.HasOne<User>().WithMany().HasForeignKey(k => k.UserId).OnDelete(DeleteBehavior.Cascade);
        key.HasIndex(k => k.KeyHash).IsUnique().HasDatabaseName("api_keys_key_hash_key");
        key.HasIndex(k => k.UserId);
    }
}
