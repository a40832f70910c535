using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Accounts.Mailed;

/// <summary>What a mailed token is for. Each has a prefix and a key of its own, so that none is ever taken for another.</summary>
/// <remarks>
/// Its text (<see cref="MailedTokenText"/>) is stored nowhere: its row knows whose it is and when it ends, and a dump of the database forges none.
/// </remarks>
/// <param name="Name">In <c>one_time_tokens.purpose</c>, and of its key.</param>
/// <param name="Prefix">How its texts begin.</param>
/// <param name="Lifetime">For how long it is good.</param>
internal sealed record TokenPurpose(string Name, string Prefix, TimeSpan Lifetime)
{
    public static readonly TokenPurpose VerifyEmail = new("verify_email", "cve_", TimeSpan.FromHours(24));
    public static readonly TokenPurpose ResetPassword = new("reset_password", "cpr_", TimeSpan.FromHours(1));
    public static readonly TokenPurpose ChangeEmail = new("change_email", "cce_", TimeSpan.FromHours(1));
    public static readonly TokenPurpose Invitation = new("invitation", "civ_", TimeSpan.FromDays(3));
}

/// <summary>A token that was mailed: it proves the mailbox, once.</summary>
internal sealed class OneTimeToken
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>The name of its <see cref="TokenPurpose"/>.</summary>
    public required string Purpose { get; init; }

    /// <summary>The mailbox that it proves.</summary>
    public required string Email { get; init; }

    /// <summary>
    /// The account's security stamp when it was made: a change of the password, the email or the second factor voids it. Not looked at where the token verifies
    /// an email.
    /// </summary>
    public string? SecurityStamp { get; init; }

    /// <summary>The session that asked for it, which stays when it is used.</summary>
    public Guid? SessionId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was used, or a newer one took its place.</summary>
    public DateTimeOffset? VoidedAt { get; init; }
}

/// <summary>Table <c>one_time_tokens</c>.</summary>
internal sealed class OneTimeTokenConfiguration : IEntityTypeConfiguration<OneTimeToken>
{
    public void Configure(EntityTypeBuilder<OneTimeToken> token)
    {
        token.ToTable("one_time_tokens");
        token.HasKey(t => t.Id);
        token.Property(t => t.Id).ValueGeneratedNever();
        token.Property(t => t.Purpose).HasMaxLength(32);
        token.Property(t => t.Email).HasMaxLength(255);
        token.Property(t => t.SecurityStamp).HasMaxLength(64);
        token.HasOne<User>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade);
        token.HasIndex(t => new { t.UserId, t.Purpose, t.CreatedAt });
        token.HasIndex(t => t.ExpiresAt);
    }
}
