using System.Net;
using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Data.Freshness;
using Cortex.IdentityServer.Http.RateLimits;
using Cortex.IdentityServer.Secrets;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Sessions;

/// <summary>What an access token says about its user.</summary>
internal sealed record SessionUser(Guid Id, string Email, string Tier, string[] Roles);

/// <summary>The outcome of a refresh.</summary>
internal abstract record RefreshResult
{
    public sealed record Refreshed(TokenResponse Tokens) : RefreshResult;

    /// <summary>Expired, or of a session that has ended.</summary>
    public sealed record Invalid : RefreshResult;

    /// <summary>Spent before: the whole session has ended (RFC 9700 section 4.14.2).</summary>
    public sealed record Reused : RefreshResult;
}

/// <summary>Starts, refreshes and ends sessions.</summary>
internal sealed partial class SessionService(
    CortexDbContext db, AccessTokens accessTokens, SecretKeys secrets, SessionSettings options, Changes changes, TimeProvider clock, ILogger<SessionService> logger)
{
    /// <summary>Run by hand: EF Core would take longer to put it together than PostgreSQL takes to run it.</summary>
    private const string RotateSql = """
        UPDATE sessions SET refresh_counter = refresh_counter + 1, last_used_at = $1, idle_expires_at = $2
        FROM users
        WHERE sessions.id = $3 AND refresh_counter = $4 AND ended_at IS NULL AND expires_at > $1 AND idle_expires_at > $1
            AND users.id = sessions.user_id AND coalesce(is_active, true)
        RETURNING users.id, email, coalesce(subscription_tier, 'free'),
            ARRAY(SELECT name FROM roles JOIN user_roles ON role_id = roles.id WHERE user_id = users.id ORDER BY name)::text[],
            methods, least(expires_at, idle_expires_at)
        """;

    private readonly KeyRing _refreshKeys = secrets.Derive("refresh-token");

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
        return Tokens(user, new RefreshToken(id, 0), methods, idleExpires);
    }

    /// <summary>Reads a refresh token that this server wrote; anything else costs no query.</summary>
    public bool TryRead(string text, out RefreshToken token) => RefreshToken.TryParse(text, _refreshKeys, out token);

    /// <summary>Spends a refresh token for a new pair, once: of sixteen at a time, one rotates and the others get the same child.</summary>
    public async Task<RefreshResult> RefreshAsync(RefreshToken token, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var child = token with { Counter = token.Counter + 1 };
        if (await RotateAsync(token, now, cancellationToken) is { } rotated)
        {
            return new RefreshResult.Refreshed(Tokens(rotated.User, child, rotated.Methods, rotated.RefreshExpires));
        }

        var session = await Living(now).AsNoTracking().SingleOrDefaultAsync(s => s.Id == token.SessionId, cancellationToken);
        if (session is null || token.Counter >= session.RefreshCounter || await FindUserAsync(session.UserId, cancellationToken) is not { } user)
        {
            return new RefreshResult.Invalid();
        }

        // The direct parent of the live token, shortly after: a second tab, or an answer that got lost. It gets the same child.
        if (child.Counter == session.RefreshCounter && now - session.LastUsedAt <= options.RefreshGrace)
        {
            return new RefreshResult.Refreshed(Tokens(user, child, session.Methods, session.RefreshExpiresAt));
        }

        await db.Sessions.Where(s => s.Id == session.Id && s.EndedAt == null).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.EndedAt, now).SetProperty(s => s.EndReason, SessionEnd.RefreshTokenReused), cancellationToken);
        changes.Changed(session.UserId);
        Log.Reused(logger, session.Id, session.UserId, token.Counter, session.RefreshCounter);
        return new RefreshResult.Reused();
    }

    /// <summary>Ends one session of a user; false when it isn't there, isn't theirs, or is over.</summary>
    public async Task<bool> EndAsync(Guid sessionId, Guid userId, string reason, CancellationToken cancellationToken) =>
        await EndWhereAsync(Of(userId).Where(session => session.Id == sessionId), userId, reason, cancellationToken) > 0;

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

    /// <summary>The guarded write that decides which of several refreshes wins; one statement, so that a failure spends nothing.</summary>
    private async Task<Rotation?> RotateAsync(RefreshToken token, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(RotateSql, (NpgsqlConnection)db.Database.GetDbConnection());
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now + options.IdleLifetime });
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = token.SessionId });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = token.Counter });
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            return !await row.ReadAsync(cancellationToken) ? null : new(
                new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetFieldValue<string[]>(3)),
                row.GetFieldValue<string[]>(4),
                row.GetFieldValue<DateTimeOffset>(5));
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
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

    private IQueryable<Session> Of(Guid userId) => Living(clock.GetUtcNow()).Where(session => session.UserId == userId);

    private IQueryable<Session> Living(DateTimeOffset now) =>
        db.Sessions.Where(s => s.EndedAt == null && s.ExpiresAt > now && s.IdleExpiresAt > now);

    private Task<SessionUser?> FindUserAsync(Guid userId, CancellationToken cancellationToken) => db.Users
        .Where(user => user.Id == userId && (user.IsActive ?? true))
        .Select(user => new SessionUser(
            user.Id,
            user.Email!,
            user.SubscriptionTier ?? Accounts.User.FreeTier,
            db.UserRoles.Where(m => m.UserId == user.Id).Join(db.Roles, m => m.RoleId, role => role.Id, (m, role) => role.Name!).OrderBy(name => name).ToArray()))
        .SingleOrDefaultAsync(cancellationToken);

    private TokenResponse Tokens(SessionUser user, RefreshToken refreshToken, string[] methods, DateTimeOffset refreshExpires) => new(
        accessTokens.Issue(user, refreshToken.SessionId, methods),
        "bearer",
        (int)SessionSettings.AccessTokenLifetime.TotalSeconds,
        refreshToken.ToText(_refreshKeys),
        (long)Math.Round((refreshExpires - clock.GetUtcNow()).TotalSeconds));

    /// <summary>What a browser says of itself is shown to people: bounded, and without what a terminal or a log would obey.</summary>
    private static string? Printable(string? userAgent) =>
        string.IsNullOrWhiteSpace(userAgent)
            ? null
            : new([.. userAgent.Take(SessionConfiguration.UserAgentLength).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter)]);

    private sealed record Rotation(SessionUser User, string[] Methods, DateTimeOffset RefreshExpires);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId} of user {UserId} started ({Methods})")]
        public static partial void Started(ILogger logger, Guid sessionId, Guid userId, string[] methods);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Count} session(s) of user {UserId} ended: {Reason}")]
        public static partial void Ended(ILogger logger, int count, Guid userId, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Session {SessionId} of user {UserId} ended: refresh token {Counter} was used again when {Live} was live")]
        public static partial void Reused(ILogger logger, Guid sessionId, Guid userId, int counter, int live);
    }
}
