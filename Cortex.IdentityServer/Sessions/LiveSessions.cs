using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Sessions;

/// <summary>Whether a session still counts, and what is true of its user now.</summary>
internal abstract record SessionStanding
{
    public sealed record Live(SessionUser User) : SessionStanding;

    /// <summary>Logged out, ended, expired, or its account is gone.</summary>
    public sealed record Ended : SessionStanding;

    /// <summary>Its account is switched off.</summary>
    public sealed record AccountDisabled : SessionStanding;
}

/// <summary>
/// Tells whether the session that a verified access token names still lives, so that an ended one, a disabled account and a lost role
/// count from the next request on.
/// </summary>
/// <remarks>
/// The one place that answers this question: it asks the database, by primary key, which holds on every replica.
/// A view in memory that replicas keep fresh for each other goes behind this method.
/// </remarks>
internal sealed class LiveSessions(CortexDbContext db, TimeProvider clock)
{
    public async Task<SessionStanding> StandingAsync(Guid sessionId, Guid userId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var found = await db.Sessions
            .Where(session => session.Id == sessionId && session.UserId == userId && session.EndedAt == null && session.ExpiresAt > now)
            .Join(db.Users, session => session.UserId, user => user.Id, (session, user) => new
            {
                IsActive = user.IsActive ?? true,
                Email = user.Email!,
                Tier = user.SubscriptionTier ?? User.FreeTier,
                Roles = db.UserRoles.Where(m => m.UserId == user.Id).Join(db.Roles, m => m.RoleId, role => role.Id, (m, role) => role.Name!).ToArray(),
            })
            .SingleOrDefaultAsync(cancellationToken);
        return found switch
        {
            null => new SessionStanding.Ended(),
            { IsActive: false } => new SessionStanding.AccountDisabled(),
            _ => new SessionStanding.Live(new(userId, found.Email, found.Tier, found.Roles)),
        };
    }
}
