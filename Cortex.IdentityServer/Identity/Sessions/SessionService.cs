using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Starts, lists, and ends sessions; <see cref="SessionRefresh"/> refreshes them.</summary>
internal sealed partial class SessionService(
    CortexDbContext db, SessionStart start, TokenPairs tokens, Changes changes, TimeProvider clock, ILogger<SessionService> logger)
{
    /// <summary>Ends sessions and records their audit events in a single statement, so that every session that ends has an event.</summary>
    private static readonly string EndSql = $"""
        WITH ended AS (
            UPDATE sessions SET ended_at = @now, end_reason = @reason
            WHERE user_id = @user AND (@only IS NULL OR id = @only) AND (@except IS NULL OR id <> @except)
                AND ended_at IS NULL AND expires_at > @now AND idle_expires_at > @now
            RETURNING id)
        {AuditInsert.Sql(
            $"'{AuditAction.SessionEnded}'", $"'{AuditLog.Success}'", "@user", "jsonb_build_object('session_id', id, 'reason', @reason)", "FROM ended",
            actorId: "@actor")}
        """;

    /// <summary>
    /// Starts a session if the account hasn't changed since its owner authenticated: it is enabled and has the same security stamp, which changes with the
    /// password and the second factor. Returns null otherwise.
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
            changes.Invalidate(userId);
            Log.Ended(logger, started.Ended, userId, SessionEnd.Limit);
        }

        Log.Started(logger, started.Id, userId, methods);
        return tokens.IssueFirst(started.User, started.Id, methods, started.IdleExpires);
    }

    /// <summary>Ends one session of a user. Returns false if it doesn't exist, belongs to another user, or has ended.</summary>
    public async Task<bool> EndAsync(Guid sessionId, Guid userId, string reason, RequestOrigin origin, CancellationToken cancellationToken) =>
        await EndNowAsync(userId, only: sessionId, reason, origin, cancellationToken) > 0;

    /// <summary>Ends the session of an authentic refresh token, used or not. Returns false if the session has ended.</summary>
    public async Task<bool> EndAsync(RefreshToken token, string reason, RequestOrigin origin, CancellationToken cancellationToken) =>
        await db.Sessions
            .Where(session => session.Id == token.SessionId)
            .Select(session => (Guid?)session.UserId)
            .SingleOrDefaultAsync(cancellationToken) is { } userId
        && await EndAsync(token.SessionId, userId, reason, origin, cancellationToken);

    /// <summary>Ends all sessions of a user at the user's request.</summary>
    public Task EndEverywhereAsync(Guid userId, string reason, RequestOrigin origin, CancellationToken cancellationToken) =>
        EndNowAsync(userId, only: null, reason, origin, cancellationToken);

    /// <summary>Ends all sessions of an account as part of a change, except one if specified.</summary>
    public async Task RevokeAllAsync(AccountChange change, string reason, CancellationToken cancellationToken, Guid? except = null)
    {
        var ended = await EndWhereAsync(change.UserId, only: null, except, reason, change.Origin, cancellationToken);
        change.AfterCommit(() => Log.Ended(logger, ended, change.UserId, reason));
    }

    /// <summary>Ends one session of an account as part of a change. Returns false if it doesn't exist, belongs to another user, or has ended.</summary>
    public async Task<bool> RevokeAsync(AccountChange change, Guid sessionId, string reason, CancellationToken cancellationToken)
    {
        var ended = await EndWhereAsync(change.UserId, only: sessionId, except: null, reason, change.Origin, cancellationToken);
        change.AfterCommit(() => Log.Ended(logger, ended, change.UserId, reason));
        return ended > 0;
    }

    /// <summary>Forgets the user's known devices, in the caller's transaction: the next login counts as one from a new device.</summary>
    public Task ForgetDevicesAsync(Guid userId, CancellationToken cancellationToken) =>
        db.Set<LoginDevice>().Where(device => device.UserId == userId).ExecuteDeleteAsync(cancellationToken);

    /// <summary>Streams a user's sessions for the account export, newest first, including those that ended recently.</summary>
    public IAsyncEnumerable<ExportedSession> ExportAsync(Guid userId, CancellationToken cancellationToken) =>
        RowPages.ReadAsync<Session>(last => db.Sessions.FromSql(
            $"""
            SELECT * FROM sessions WHERE user_id = {userId} AND (created_at, id) < ({last?.CreatedAt ?? DateTimeOffset.MaxValue}, {last?.Id ?? Guid.Empty})
            ORDER BY created_at DESC, id DESC LIMIT {RowPages.Size}
            """).AsNoTracking().ToListAsync(cancellationToken)).Select(ExportedSession.Of);

    /// <summary>
    /// Lists a user's active sessions: the current one first, then by their last use. If there are more than the limit allows, those that were unused for the
    /// longest time are left out.
    /// </summary>
    public async Task<IReadOnlyList<Session>> ListAsync(Guid userId, Guid current, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await db.Sessions.FromSql($"""
            SELECT * FROM sessions WHERE user_id = {userId} AND ended_at IS NULL AND expires_at > {now} AND idle_expires_at > {now}
            ORDER BY id = {current} DESC, greatest(last_used_at, last_seen_at) DESC, id DESC LIMIT {SessionLimit.MaxActive}
            """).AsNoTracking().ToListAsync(cancellationToken);
    }

    /// <summary>Whether the user has authenticated within the last ten minutes.</summary>
    public Task<bool> IsFreshAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        var oldest = clock.GetUtcNow() - SessionSettings.FreshAuthentication;
        return db.Sessions.AnyAsync(session => session.Id == sessionId && session.AuthenticatedAt > oldest, cancellationToken);
    }

    /// <summary>
    /// Whether a session is still active. Call this once the account is locked for a change: whatever ended the session, such as a password reset, may have
    /// been running when the request was authorized, and no effect of the request may outlive it.
    /// </summary>
    public Task<bool> IsLiveAsync(Guid userId, Guid sessionId, CancellationToken cancellationToken) =>
        db.Sessions.AnyAsync(session => session.Id == sessionId && session.UserId == userId && session.EndedAt == null, cancellationToken);

    /// <summary>Records that the user has just authenticated, in the caller's transaction. Returns false if the session has ended in the meantime.</summary>
    public async Task<bool> RecordAuthenticationAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await db.Sessions.Where(session => session.Id == sessionId && session.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.AuthenticatedAt, now), cancellationToken) == 1;
    }

    private async Task<int> EndNowAsync(Guid userId, Guid? only, string reason, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var ended = await EndWhereAsync(userId, only, except: null, reason, origin, cancellationToken);
        changes.Invalidate(userId);
        Log.Ended(logger, ended, userId, reason);
        return ended;
    }

    private Task<int> EndWhereAsync(
        Guid userId, Guid? only, Guid? except, string reason, RequestOrigin origin, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlRawAsync(
            EndSql,
            [
                .. AuditInsert.Parameters(clock.GetUtcNow(), origin),
                AuditInsert.User("actor", origin.ActorOn(userId)),
                new NpgsqlParameter<Guid>("user", userId),
                new NpgsqlParameter("only", NpgsqlDbType.Uuid) { Value = (object?)only ?? DBNull.Value },
                new NpgsqlParameter("except", NpgsqlDbType.Uuid) { Value = (object?)except ?? DBNull.Value },
                new NpgsqlParameter<string>("reason", reason),
            ],
            cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(2602, LogLevel.Information, "Session {SessionId} of user {UserId} has started ({Methods})")]
        public static partial void Started(ILogger logger, Guid sessionId, Guid userId, string[] methods);

        [LoggerMessage(2603, LogLevel.Information, "Ended {Count} session(s) of user {UserId}: {Reason}")]
        public static partial void Ended(ILogger logger, int count, Guid userId, string reason);
    }
}
