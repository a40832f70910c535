using System.Net;
using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Sessions;

/// <summary>One login of one user, from its start to its end: a single row, however often its refresh token is rotated.</summary>
internal sealed class Session
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>The number in the live refresh token; every smaller one is spent.</summary>
    public int RefreshCounter { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the person last proved who they are in this session.</summary>
    public DateTimeOffset AuthenticatedAt { get; init; }

    /// <summary>When the refresh token was last rotated; the start, before the first rotation.</summary>
    public DateTimeOffset LastUsedAt { get; init; }

    /// <summary>When one of its access tokens was last seen, to the minute; null until the first.</summary>
    public DateTimeOffset? LastSeenAt { get; init; }

    /// <summary>The later of the two, for people.</summary>
    public DateTimeOffset LastActiveAt => LastSeenAt > LastUsedAt ? LastSeenAt.Value : LastUsedAt;

    /// <summary>The absolute end, whatever happens.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The end unless a refresh comes before.</summary>
    public DateTimeOffset IdleExpiresAt { get; init; }

    /// <summary>When the live refresh token expires: the idle or the absolute end, whichever comes first.</summary>
    public DateTimeOffset RefreshExpiresAt => IdleExpiresAt < ExpiresAt ? IdleExpiresAt : ExpiresAt;

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it ended before its time, for the operator: <see cref="SessionEnd"/>.</summary>
    public string? EndReason { get; init; }

    /// <summary>How the person proved who they are (RFC 8176): <c>pwd</c>, <c>otp</c>, <c>hwk</c>, <c>user</c>, <c>mfa</c>.</summary>
    public required string[] Methods { get; init; }

    public IPAddress? Ip { get; init; }

    public string? UserAgent { get; init; }
}

/// <summary>Table <c>sessions</c>.</summary>
internal sealed class SessionConfiguration : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> session)
    {
        session.ToTable("sessions");
        session.HasKey(s => s.Id);
        session.Ignore(s => s.RefreshExpiresAt).Ignore(s => s.LastActiveAt);
        session.Property(s => s.Id).ValueGeneratedNever();
        session.Property(s => s.EndReason).HasMaxLength(32);
        session.Property(s => s.UserAgent).HasMaxLength(Client.UserAgentLength);
        session.HasOne<User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);

        // No index on a column that a refresh writes: PostgreSQL then updates the row in place (HOT) and no index at all.
        session.HasIndex(s => new { s.UserId, s.EndedAt });
    }
}

/// <summary>Why a session ended before its time.</summary>
internal static class SessionEnd
{
    public const string Logout = "logout";
    public const string LogoutAll = "logout_all";
    public const string EndedByUser = "ended_by_user";
    public const string PasswordChanged = "password_changed";
    public const string PasswordReset = "password_reset";
    public const string EmailChanged = "email_changed";
    public const string TwoFactorChanged = "two_factor_changed";
    public const string PasskeysChanged = "passkeys_changed";
    public const string EndedByAdministrator = "ended_by_administrator";
    public const string AccountDisabled = "account_disabled";
    public const string RefreshTokenReused = "refresh_token_reused";

    /// <summary>It made room for a newer one.</summary>
    public const string Limit = "limit";
}
