namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>A sign-in session.</summary>
/// <param name="Id">The id of the session.</param>
/// <param name="CreatedAt">When the session started.</param>
/// <param name="LastUsedAt">When the session was last used.</param>
/// <param name="EndedAt">When the session was ended; null if it wasn't.</param>
/// <param name="Methods">How the user authenticated (RFC 8176).</param>
/// <param name="Ip">The IP address that started the session.</param>
/// <param name="UserAgent">The user agent that started the session.</param>
internal sealed record ExportedSession(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset? EndedAt, string[] Methods, string? Ip, string? UserAgent)
{
    public static ExportedSession Of(Session session) => new(
        session.Id, session.CreatedAt, session.LastSeenAt ?? session.LastUsedAt, session.EndedAt, session.Methods, session.Ip?.ToString(), session.UserAgent);
}
