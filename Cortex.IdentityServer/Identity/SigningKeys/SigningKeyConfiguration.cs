using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>Maps <see cref="SigningKeyRow"/> to the table <c>signing_keys</c>.</summary>
internal sealed class SigningKeyConfiguration : IEntityTypeConfiguration<SigningKeyRow>
{
    private const int IdLength = 64;
    private const int AlgorithmLength = 16;

    public void Configure(EntityTypeBuilder<SigningKeyRow> key)
    {
        key.ToTable("signing_keys");
        key.HasKey(k => k.Id);
        key.Property(k => k.Id).HasMaxLength(IdLength);
        key.Property(k => k.Algorithm).HasMaxLength(AlgorithmLength);
    }
}
