using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Starts, lists and ends sessions; <see cref="SessionRefresh"/> keeps them going.</summary>
internal sealed partial class SessionService(
    CortexDbContext db, SessionStart start, TokenPairs tokens, AccountEvents events, TimeProvider clock, ILogger<SessionService> logger)
{
    /// <summary>
    /// Starts a session, if the account is still as it was when its owner proved who they are: not switched off, and with the same
    /// security stamp, which changes with the password and the second factor. Null otherwise.
    /// </summary>
    public async Task<TokenResponse?> StartAsync(
        Guid userId, string? securityStamp, string[] methods, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await start.RunAsync(userId, securityStamp, methods, origin, cancellationToken) is not { } started)
        {
            return null;
        }

        if (started.Ended > 0)
        {
            events.Committed(userId);
            Log.Ended(logger, started.Ended, userId, SessionEnd.Limit);
        }

        Log.Started(logger, started.Id, userId, methods);
        return tokens.IssueFirst(started.User, started.Id, methods, started.IdleExpires);
    }

    /// <summary>Ends one session of a user; false when it isn't there, isn't theirs, or is over.</summary>
    public async Task<bool> EndAsync(Guid sessionId, Guid userId, string reason, RequestOrigin origin, CancellationToken cancellationToken) =>
        await EndWhereAsync(userId, only: sessionId, except: null, reason, origin, cancellationToken) > 0;

    /// <summary>Ends the session of a genuine refresh token, spent or not; false when it is over.</summary>
    public async Task<bool> EndAsync(RefreshToken token, string reason, RequestOrigin origin, CancellationToken cancellationToken) =>
        await db.Sessions
            .Where(session => session.Id == token.SessionId)
            .Select(session => (Guid?)session.UserId)
            .SingleOrDefaultAsync(cancellationToken) is { } userId
        && await EndAsync(token.SessionId, userId, reason, origin, cancellationToken);

    /// <summary>Ends all sessions of a user but one, if one is named. Within a transaction, the caller notes the change again after the commit.</summary>
    public Task EndAllAsync(Guid userId, Guid? except, string reason, RequestOrigin origin, CancellationToken cancellationToken) =>
        EndWhereAsync(userId, only: null, except, reason, origin, cancellationToken);

    /// <summary>
    /// The sessions of a user that can still be used, newest first; of more than a user can have, the current one and those that were used last.
    /// </summary>
    public async Task<IReadOnlyList<Session>> ListAsync(Guid userId, Guid current, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var live = await db.Sessions.FromSql($"""
            SELECT * FROM sessions WHERE user_id = {userId} AND ended_at IS NULL AND expires_at > {now} AND idle_expires_at > {now}
            ORDER BY id = {current} DESC, greatest(last_used_at, last_seen_at) DESC, id DESC LIMIT {SessionLimit.MostLive}
            """).AsNoTracking().ToListAsync(cancellationToken);
        return [.. live.OrderByDescending(session => session.CreatedAt)];
    }

    /// <summary>Whether the person proved who they are within the last ten minutes.</summary>
    public Task<bool> IsFreshAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        var oldest = clock.GetUtcNow() - SessionSettings.FreshAuthentication;
        return db.Sessions.AnyAsync(session => session.Id == sessionId && session.AuthenticatedAt > oldest, cancellationToken);
    }

    /// <summary>
    /// Whether a session can still be used once the account is locked for a change, in the caller's transaction: what ended it, a reset say, may have been
    /// under way when the request was let in, and must not be outlived by what it does.
    /// </summary>
    public async Task<bool> HoldAsync(Guid userId, Guid sessionId, CancellationToken cancellationToken)
    {
        await db.LockAccountAsync(userId, cancellationToken);
        return await db.Sessions.AnyAsync(session => session.Id == sessionId && session.UserId == userId && session.EndedAt == null, cancellationToken);
    }

    /// <summary>Notes that the person proved who they are, just now. In the caller's transaction. False when the session has ended meanwhile.</summary>
    public async Task<bool> RefreshProofAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await db.Sessions.Where(session => session.Id == sessionId && session.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.AuthenticatedAt, now), cancellationToken) == 1;
    }

    /// <summary>One statement, so that a session that ended has its event.</summary>
    private async Task<int> EndWhereAsync(Guid userId, Guid? only, Guid? except, string reason, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var ended = await db.Database.ExecuteSqlAsync(
            $"""
            WITH ended AS (
                UPDATE sessions SET ended_at = {now}, end_reason = {reason}
                WHERE user_id = {userId} AND ({only}::uuid IS NULL OR id = {only}) AND ({except}::uuid IS NULL OR id <> {except})
                    AND ended_at IS NULL AND expires_at > {now} AND idle_expires_at > {now}
                RETURNING id)
            INSERT INTO audit_events (id, occurred_at, action, outcome, actor_id, user_id, ip, user_agent, request_id, details)
            SELECT gen_random_uuid(), {now}, {AuditAction.SessionEnded}, {AuditLog.Success}, {origin.ActorOn(userId)}::uuid, {userId}, {origin.Ip}::inet,
                {origin.UserAgent}::text, {origin.RequestId},
                jsonb_build_object('session_id', id, 'reason', {reason}::text)
            FROM ended
            """,
            cancellationToken);
        events.Committed(userId);
        Log.Ended(logger, ended, userId, reason);
        return ended;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId} of user {UserId} started ({Methods})")]
        public static partial void Started(ILogger logger, Guid sessionId, Guid userId, string[] methods);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Count} session(s) of user {UserId} ended: {Reason}")]
        public static partial void Ended(ILogger logger, int count, Guid userId, string reason);
    }
}
