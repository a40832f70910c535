using System.Net;

namespace Cortex.IdentityServer.Identity.Sessions;

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
