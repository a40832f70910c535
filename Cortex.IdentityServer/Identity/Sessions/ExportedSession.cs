namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>A login.</summary>
/// <param name="Id">Names it.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="LastUsedAt">When it was last used.</param>
/// <param name="EndedAt">When it was ended; null where it wasn't.</param>
/// <param name="Methods">How the user authenticated (RFC 8176).</param>
/// <param name="Ip">The IP address from which it was started.</param>
/// <param name="UserAgent">The user agent with which it was started.</param>
internal sealed record ExportedSession(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset? EndedAt, string[] Methods, string? Ip, string? UserAgent)
{
    public static ExportedSession Of(Session session) => new(
        session.Id, session.CreatedAt, session.LastSeenAt ?? session.LastUsedAt, session.EndedAt, session.Methods, session.Ip?.ToString(), session.UserAgent);
}
