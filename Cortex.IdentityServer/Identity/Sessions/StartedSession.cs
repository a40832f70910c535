namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>A session that was just started.</summary>
/// <param name="Id">The id of the session.</param>
/// <param name="User">The session's user.</param>
/// <param name="IdleExpires">When the session expires unless it is refreshed.</param>
/// <param name="Ended">The number of sessions that were ended to make room for it.</param>
internal sealed record StartedSession(Guid Id, SessionUser User, DateTimeOffset IdleExpires, int Ended);
