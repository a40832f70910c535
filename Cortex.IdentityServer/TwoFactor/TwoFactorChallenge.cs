using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Login;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.TwoFactor;

/// <summary>A login that has proved its first step and still owes the second factor; named by a <see cref="TwoFactorToken"/>.</summary>
internal sealed class TwoFactorChallenge
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>The account's security stamp when the first step was proved; a session starts only if it is still the same.</summary>
    public string? SecurityStamp { get; init; }

    /// <summary>How the first step was proved (RFC 8176): <c>pwd</c> or, by a passkey that didn't verify its user, <c>hwk</c>.</summary>
    public string FirstFactor { get; init; } = AuthenticationMethods.Pwd;

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Codes tried against it; the fifth wrong one kills it.</summary>
    public int Attempts { get; init; }
}

/// <summary>How far a user's codes are spent and how often the second factor failed in a row.</summary>
/// <remarks>Apart from <c>users</c>, so that a code at login doesn't move the account's <c>updated_at</c>.</remarks>
internal sealed class TwoFactorState
{
    public Guid UserId { get; init; }

    /// <summary>The last accepted 30-second step (RFC 6238 section 5.2): no code of it or before is accepted again.</summary>
    public long LastStep { get; init; }

    /// <summary>Wrong codes in a row, over authenticator and recovery codes and over all logins.</summary>
    public int Failures { get; init; }

    /// <summary>Wrong codes in a row from addresses that aren't known as the owner's, which no time forgets.</summary>
    public int InARow { get; init; }

    public DateTimeOffset FailedAt { get; init; }

    /// <summary>When the owner was told that <see cref="InARow"/> is at its limit.</summary>
    public DateTimeOffset? BlockedAt { get; init; }
}

/// <summary>A recovery code that wasn't used yet, as its keyed hash; using it deletes the row.</summary>
internal sealed class RecoveryCodeHash
{
    public Guid UserId { get; init; }

    public required byte[] CodeHash { get; init; }
}

/// <summary>Tables of the second factor.</summary>
internal sealed class TwoFactorConfiguration
    : IEntityTypeConfiguration<TwoFactorChallenge>, IEntityTypeConfiguration<TwoFactorState>, IEntityTypeConfiguration<RecoveryCodeHash>
{
    public void Configure(EntityTypeBuilder<TwoFactorChallenge> challenge)
    {
        challenge.ToTable("two_factor_challenges");
        challenge.HasKey(c => c.Id);
        challenge.Property(c => c.Id).ValueGeneratedNever();
        challenge.Property(c => c.SecurityStamp).HasMaxLength(64);
        challenge.Property(c => c.FirstFactor).HasMaxLength(8).HasDefaultValue(AuthenticationMethods.Pwd);
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
