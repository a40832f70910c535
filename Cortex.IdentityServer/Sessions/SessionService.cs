using System.Net;
using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Data.Freshness;
using Cortex.IdentityServer.Http.RateLimits;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Sessions;

/// <summary>Starts, lists and ends sessions; <see cref="SessionRefresh"/> keeps them going.</summary>
internal sealed partial class SessionService(
    CortexDbContext db, TokenPairs tokens, SessionSettings options, Changes changes, TimeProvider clock, ILogger<SessionService> logger)
{
    /// <summary>
    /// Starts a session, if the account is still as it was when its owner proved who they are: not switched off, and with the same
    /// security stamp, which changes with the password and the second factor. Null otherwise.
    /// </summary>
    public async Task<TokenResponse?> StartAsync(
        Guid userId, string? securityStamp, string[] methods, IPAddress? ip, string? userAgent, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var idleExpires = now + options.IdleLifetime;
        var agent = Printable(userAgent);
        var network = ClientNetwork.Of(ip);

        // FOR SHARE: a change of the password waits for this commit and then ends this session with the others, or is seen here.
        var started = await db.Database.SqlQuery<SessionUser>($"""
            WITH account AS (
                SELECT id, email, subscription_tier FROM users
                WHERE id = {userId} AND security_stamp IS NOT DISTINCT FROM {securityStamp}::text AND coalesce(is_active, true)
                FOR SHARE),
            started AS (
                INSERT INTO sessions (id, user_id, refresh_counter, created_at, authenticated_at, last_used_at, expires_at, idle_expires_at, methods, ip, user_agent)
                SELECT {id}, id, 0, {now}, {now}, {now}, {now + options.AbsoluteLifetime}, {idleExpires}, {methods}, {ip}::inet, {agent}::text FROM account),
            noted AS (
                INSERT INTO login_addresses (user_id, network, last_login_at) SELECT id, {network}, {now} FROM account WHERE {network} <> {ClientNetwork.Unknown}
                ON CONFLICT (user_id, network) DO UPDATE SET last_login_at = greatest(login_addresses.last_login_at, excluded.last_login_at))
            SELECT id AS "Id", email AS "Email", coalesce(subscription_tier, 'free') AS "Tier",
                ARRAY(SELECT name FROM roles JOIN user_roles ON role_id = roles.id WHERE user_id = account.id ORDER BY name)::text[] AS "Roles"
            FROM account
            """).ToListAsync(cancellationToken);
        if (started is not [var user])
        {
            return null;
        }

        Log.Started(logger, id, userId, methods);
        return tokens.Issue(user, new RefreshToken(id, 0), methods, idleExpires);
    }

    /// <summary>Ends one session of a user; false when it isn't there, isn't theirs, or is over.</summary>
    public async Task<bool> EndAsync(Guid sessionId, Guid userId, string reason, CancellationToken cancellationToken) =>
        await EndWhereAsync(Of(userId).Where(session => session.Id == sessionId), userId, reason, cancellationToken) > 0;

    /// <summary>Ends the session of a genuine refresh token, spent or not; false when it is over.</summary>
    public async Task<bool> EndAsync(RefreshToken token, string reason, CancellationToken cancellationToken) =>
        await db.Sessions.Where(session => session.Id == token.SessionId).Select(session => (Guid?)session.UserId).SingleOrDefaultAsync(cancellationToken) is { } userId
        && await EndAsync(token.SessionId, userId, reason, cancellationToken);

    /// <summary>Ends all sessions of a user but one, if one is named. Within a transaction, the caller notes the change again after the commit.</summary>
    public Task EndAllAsync(Guid userId, Guid? except, string reason, CancellationToken cancellationToken) =>
        EndWhereAsync(Of(userId).Where(session => session.Id != except), userId, reason, cancellationToken);

    /// <summary>The sessions of a user that can still be used, newest first.</summary>
    public async Task<IReadOnlyList<Session>> ListAsync(Guid userId, CancellationToken cancellationToken) =>
        await Of(userId).AsNoTracking().OrderByDescending(session => session.CreatedAt).ToListAsync(cancellationToken);

    /// <summary>Whether the person proved who they are within the last ten minutes.</summary>
    public Task<bool> IsFreshAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        var oldest = clock.GetUtcNow() - SessionSettings.FreshAuthentication;
        return db.Sessions.AnyAsync(session => session.Id == sessionId && session.AuthenticatedAt > oldest, cancellationToken);
    }

    private async Task<int> EndWhereAsync(IQueryable<Session> sessions, Guid userId, string reason, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var ended = await sessions.ExecuteUpdateAsync(
            set => set.SetProperty(s => s.EndedAt, now).SetProperty(s => s.EndReason, reason), cancellationToken);
        changes.Changed(userId);
        Log.Ended(logger, ended, userId, reason);
        return ended;
    }

    /// <summary>Those that can still be used.</summary>
    private IQueryable<Session> Of(Guid userId)
    {
        var now = clock.GetUtcNow();
        return db.Sessions.Where(s => s.UserId == userId && s.EndedAt == null && s.ExpiresAt > now && s.IdleExpiresAt > now);
    }

    /// <summary>What a browser says of itself is shown to people: bounded, and without what a terminal or a log would obey.</summary>
    private static string? Printable(string? userAgent) =>
        string.IsNullOrWhiteSpace(userAgent)
            ? null
            : new([.. userAgent.Take(SessionConfiguration.UserAgentLength).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter)]);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId} of user {UserId} started ({Methods})")]
        public static partial void Started(ILogger logger, Guid sessionId, Guid userId, string[] methods);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Count} session(s) of user {UserId} ended: {Reason}")]
        public static partial void Ended(ILogger logger, int count, Guid userId, string reason);
    }
}
