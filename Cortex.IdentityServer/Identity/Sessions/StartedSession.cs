namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>A session that was started.</summary>
/// <param name="Id">The session.</param>
/// <param name="User">Whose it is.</param>
/// <param name="IdleExpires">When it ends unless it is refreshed.</param>
/// <param name="Ended">How many sessions were ended to make room for it.</param>
internal sealed record StartedSession(Guid Id, SessionUser User, DateTimeOffset IdleExpires, int Ended);
