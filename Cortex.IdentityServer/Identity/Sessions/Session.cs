using System.Net;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>A sign-in session of a user: a single row, however often its refresh token is rotated.</summary>
internal sealed class Session
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>The counter of the current refresh token; tokens with a smaller one have been used.</summary>
    public int RefreshCounter { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the user last authenticated in this session.</summary>
    public DateTimeOffset AuthenticatedAt { get; init; }

    /// <summary>When the refresh token was last rotated, or the session started.</summary>
    public DateTimeOffset LastUsedAt { get; init; }

    /// <summary>When one of its access tokens was last used, to the minute; null before the first use.</summary>
    public DateTimeOffset? LastSeenAt { get; init; }

    /// <summary>The later of the two times, for display.</summary>
    public DateTimeOffset LastActiveAt => LastSeenAt > LastUsedAt ? LastSeenAt.Value : LastUsedAt;

    /// <summary>When the session expires, however often it is refreshed.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the session expires unless it is refreshed.</summary>
    public DateTimeOffset IdleExpiresAt { get; init; }

    /// <summary>When the current refresh token expires: the idle or the absolute expiry, whichever comes first.</summary>
    public DateTimeOffset RefreshExpiresAt => IdleExpiresAt < ExpiresAt ? IdleExpiresAt : ExpiresAt;

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why the session ended before it expired: one of <see cref="SessionEnd"/>.</summary>
    public string? EndReason { get; init; }

    /// <summary>How the user authenticated (RFC 8176): <c>pwd</c>, <c>otp</c>, <c>hwk</c>, <c>user</c>, <c>mfa</c>.</summary>
    public required string[] Methods { get; init; }

    public IPAddress? Ip { get; init; }

    public string? UserAgent { get; init; }
}
