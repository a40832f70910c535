using Cortex.IdentityServer.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Login;

/// <summary>How often a login to one email failed lately, and how many are under way; kept whether the account exists or not.</summary>
internal sealed class LoginAttempt
{
    /// <summary>
    /// Keyed hash of what the failures are counted under (<see cref="LoginAccount.Count"/>): what strangers type is no business of the database.
    /// </summary>
    public required byte[] EmailHash { get; init; }

    /// <summary>Empty for the count that all strangers share; else a network from which the owner logged in, which has its own.</summary>
    public required string Network { get; init; }

    /// <summary>Wrong passwords in a row; a day without one forgets them.</summary>
    public int Failures { get; init; }

    /// <summary>Wrong passwords in a row that no day forgets, only a success, a reset or an administrator.</summary>
    public int InARow { get; init; }

    /// <summary>When the last ten of them were, oldest first.</summary>
    public DateTimeOffset[] RecentFailures { get; init; } = [];

    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>When the attempts began that have no outcome yet; an old one is of a process that died, and counts as a failure.</summary>
    public DateTimeOffset[] Pending { get; init; } = [];
}

/// <summary>A network from which a user logged in, so that guesses from elsewhere don't keep the owner out.</summary>
internal sealed class LoginAddress
{
    public const int NetworkLength = 64;

    public Guid UserId { get; init; }

    /// <summary>An IPv4 address, or the /64 of an IPv6 one.</summary>
    public required string Network { get; init; }

    public DateTimeOffset LastLoginAt { get; init; }
}

/// <summary>Tables of the guessing limits.</summary>
internal sealed class LoginAttemptConfiguration : IEntityTypeConfiguration<LoginAttempt>, IEntityTypeConfiguration<LoginAddress>
{
    public void Configure(EntityTypeBuilder<LoginAttempt> attempt)
    {
        attempt.ToTable("login_attempts");
        attempt.HasKey(a => new { a.EmailHash, a.Network });
        attempt.Property(a => a.Network).HasMaxLength(LoginAddress.NetworkLength);
        attempt.Property(a => a.InARow).HasDefaultValue(0);
        attempt.Property(a => a.RecentFailures).HasDefaultValueSql("'{}'");
        attempt.Property(a => a.Pending).HasDefaultValueSql("'{}'");

        // For the removal of what is long over.
        attempt.HasIndex(a => a.FailedAt);
    }

    public void Configure(EntityTypeBuilder<LoginAddress> address)
    {
        address.ToTable("login_addresses");
        address.HasKey(a => new { a.UserId, a.Network });
        address.Property(a => a.Network).HasMaxLength(LoginAddress.NetworkLength);
        address.HasOne<User>().WithMany().HasForeignKey(a => a.UserId).OnDelete(DeleteBehavior.Cascade);
        address.HasIndex(a => a.LastLoginAt);
    }
}
