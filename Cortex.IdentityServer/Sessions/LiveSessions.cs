using Cortex.IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Sessions;

/// <summary>Whether a session still counts.</summary>
internal enum SessionStanding
{
    Live,

    /// <summary>Logged out, ended, expired, or its account is gone.</summary>
    Ended,

    /// <summary>Its account is switched off.</summary>
    AccountDisabled,
}

/// <summary>
/// Tells whether the session that a verified access token names still lives, so that an ended one is refused from the next request on.
/// </summary>
/// <remarks>
/// The one place that answers this question: it asks the database, by primary key, which holds on every replica.
/// A view in memory that replicas keep fresh for each other goes behind this method.
/// </remarks>
internal sealed class LiveSessions(CortexDbContext db, TimeProvider clock)
{
    public async Task<SessionStanding> StandingAsync(Guid sessionId, Guid userId, CancellationToken cancellationToken)
    {
        var found = await Query(db, sessionId, userId, clock.GetUtcNow(), cancellationToken);
        return found switch
        {
            null => SessionStanding.Ended,
            { IsActive: false } => SessionStanding.AccountDisabled,
            _ => SessionStanding.Live,
        };
    }

    private static readonly Func<CortexDbContext, Guid, Guid, DateTimeOffset, CancellationToken, Task<Standing?>> Query =
        EF.CompileAsyncQuery((CortexDbContext db, Guid sessionId, Guid userId, DateTimeOffset now, CancellationToken _) => db.Sessions
            .Where(session => session.Id == sessionId && session.UserId == userId && session.EndedAt == null && session.ExpiresAt > now)
            .Join(db.Users, session => session.UserId, user => user.Id, (session, user) => new Standing(user.IsActive ?? true))
            .SingleOrDefault());

    private sealed record Standing(bool IsActive);
}
