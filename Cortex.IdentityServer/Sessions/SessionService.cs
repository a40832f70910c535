using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Audit;
using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.RateLimits;
using Cortex.IdentityServer.Mail;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Sessions;

/// <summary>Starts, lists and ends sessions; <see cref="SessionRefresh"/> keeps them going.</summary>
internal sealed partial class SessionService(
    CortexDbContext db, TokenPairs tokens, SessionSettings options, AccountEvents events, TimeProvider clock, ILogger<SessionService> logger)
{
    /// <summary>
    /// Starts a session, if the account is still as it was when its owner proved who they are: not switched off, and with the same
    /// security stamp, which changes with the password and the second factor. Null otherwise.
    /// </summary>
    public async Task<TokenResponse?> StartAsync(Guid userId, string? securityStamp, string[] methods, Client client, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var idleExpires = now + options.IdleLifetime;
        var network = client.Network;
        var noticed = Outbox.DetailsOf(client);
        var details = AuditLog.Details(("session_id", id.ToString()), ("methods", string.Join(' ', methods)));

        // FOR SHARE: a change of the password waits for this commit and then ends this session with the others, or is seen here.
        // The event and, from a device that this account wasn't used with before, the notice come with it. The first device of all is no news.
        var started = await db.Database.SqlQuery<SessionUser>($"""
            WITH account AS (
                SELECT id, email, subscription_tier FROM users
                WHERE id = {userId} AND security_stamp IS NOT DISTINCT FROM {securityStamp}::text AND coalesce(is_active, true)
                FOR SHARE),
            started AS (
                INSERT INTO sessions (id, user_id, refresh_counter, created_at, authenticated_at, last_used_at, expires_at, idle_expires_at, methods, ip, user_agent)
                SELECT {id}, id, 0, {now}, {now}, {now}, {now + options.AbsoluteLifetime}, {idleExpires}, {methods}, {client.Ip}::inet, {client.UserAgent}::text FROM account),
            noted AS (
                INSERT INTO login_addresses (user_id, network, last_login_at) SELECT id, {network}, {now} FROM account WHERE {network} <> {ClientNetwork.Unknown}
                ON CONFLICT (user_id, network) DO UPDATE SET last_login_at = greatest(login_addresses.last_login_at, excluded.last_login_at)),
            device AS (
                INSERT INTO login_devices AS known (user_id, device, last_login_at) SELECT id, {DeviceOf(client)}, {now} FROM account
                ON CONFLICT (user_id, device) DO UPDATE SET last_login_at = greatest(known.last_login_at, excluded.last_login_at)
                RETURNING xmax = 0 AS is_new),
            recorded AS (
                INSERT INTO audit_events (id, occurred_at, action, outcome, actor_id, user_id, ip, user_agent, request_id, details)
                SELECT {Guid.CreateVersion7(now)}, {now}, {AuditAction.LoggedIn}, {AuditLog.Success}, id, id, {client.Ip}::inet, {client.UserAgent}::text, {client.RequestId}, {details}::jsonb FROM account),
            told AS (
                INSERT INTO outbox_mails (id, kind, user_id, recipient, details, created_at, due_at, expires_at)
                SELECT {Guid.CreateVersion7(now)}, {MailKind.NewSignIn}, id, email, {noticed}::jsonb, {now}, {now}, {now + Outbox.Patience} FROM account CROSS JOIN device
                WHERE device.is_new AND EXISTS (SELECT FROM login_devices WHERE user_id = account.id)
                    AND (SELECT count(*) FROM login_devices WHERE user_id = account.id AND last_login_at > {now - AccountEvents.NoticeWindow}) <= {AccountEvents.MostNotices})
            SELECT id AS "Id", email AS "Email", coalesce(subscription_tier, 'free') AS "Tier",
                ARRAY(SELECT name FROM roles JOIN user_roles ON role_id = roles.id WHERE user_id = account.id ORDER BY name)::text[] AS "Roles"
            FROM account
            """).ToListAsync(cancellationToken);
        if (started is not [var user])
        {
            return null;
        }

        Log.Started(logger, id, userId, methods);
        return tokens.IssueFirst(user, id, methods, idleExpires);
    }

    /// <summary>Ends one session of a user; false when it isn't there, isn't theirs, or is over.</summary>
    public async Task<bool> EndAsync(Guid sessionId, Guid userId, string reason, Client client, CancellationToken cancellationToken) =>
        await EndWhereAsync(userId, only: sessionId, except: null, reason, client, cancellationToken) > 0;

    /// <summary>Ends the session of a genuine refresh token, spent or not; false when it is over.</summary>
    public async Task<bool> EndAsync(RefreshToken token, string reason, Client client, CancellationToken cancellationToken) =>
        await db.Sessions.Where(session => session.Id == token.SessionId).Select(session => (Guid?)session.UserId).SingleOrDefaultAsync(cancellationToken) is { } userId
        && await EndAsync(token.SessionId, userId, reason, client, cancellationToken);

    /// <summary>Ends all sessions of a user but one, if one is named. Within a transaction, the caller notes the change again after the commit.</summary>
    public Task EndAllAsync(Guid userId, Guid? except, string reason, Client client, CancellationToken cancellationToken) =>
        EndWhereAsync(userId, only: null, except, reason, client, cancellationToken);

    /// <summary>The sessions of a user that can still be used, newest first.</summary>
    public async Task<IReadOnlyList<Session>> ListAsync(Guid userId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await db.Sessions.AsNoTracking().Where(s => s.UserId == userId && s.EndedAt == null && s.ExpiresAt > now && s.IdleExpiresAt > now)
            .OrderByDescending(session => session.CreatedAt).ToListAsync(cancellationToken);
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

    /// <summary>Notes that the person proved who they are, just now. In the caller's transaction.</summary>
    public Task RefreshProofAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return db.Sessions.Where(session => session.Id == sessionId).ExecuteUpdateAsync(set => set.SetProperty(s => s.AuthenticatedAt, now), cancellationToken);
    }

    /// <summary>One statement, so that a session that ended has its event.</summary>
    private async Task<int> EndWhereAsync(Guid userId, Guid? only, Guid? except, string reason, Client client, CancellationToken cancellationToken)
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
            SELECT gen_random_uuid(), {now}, {AuditAction.SessionEnded}, {AuditLog.Success}, {client.ActorOn(userId)}::uuid, {userId}, {client.Ip}::inet, {client.UserAgent}::text, {client.RequestId},
                jsonb_build_object('session_id', id, 'reason', {reason}::text)
            FROM ended
            """,
            cancellationToken);
        events.Committed(userId);
        Log.Ended(logger, ended, userId, reason);
        return ended;
    }

    /// <summary>
    /// What an account is used with: a network and a kind of program. Without the numbers in its name, as a browser that was updated is no other device.
    /// </summary>
    private static byte[] DeviceOf(Client client) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{client.Network}\n{Version().Replace(client.UserAgent ?? "", "")}"));

    [GeneratedRegex("[0-9._]+")]
    private static partial Regex Version();

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId} of user {UserId} started ({Methods})")]
        public static partial void Started(ILogger logger, Guid sessionId, Guid userId, string[] methods);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Count} session(s) of user {UserId} ended: {Reason}")]
        public static partial void Ended(ILogger logger, int count, Guid userId, string reason);
    }
}
