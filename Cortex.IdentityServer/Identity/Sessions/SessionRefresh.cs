using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Mail;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Exchanges refresh tokens for new token pairs.</summary>
internal sealed partial class SessionRefresh(
    NpgsqlDataSource database, RefreshRotations rotations, TokenPairs tokens, SessionSettings options, Changes changes, MailSignal mails, TimeProvider clock,
    ILogger<SessionRefresh> logger)
{
    private const string FindSql = $"""
        SELECT {UsableSession.Columns}, refresh_counter, last_used_at FROM sessions JOIN users ON users.id = sessions.user_id
        WHERE sessions.id = $1 AND {UsableSession.IsUsable}
        """;

    /// <summary>Ends the session and writes the audit event and the notice, once, however many requests present old tokens at the same time.</summary>
    private static readonly string EndSql = $"""
        WITH ended AS (
            UPDATE sessions SET ended_at = @now, end_reason = '{SessionEnd.RefreshTokenReused}' WHERE id = @session AND ended_at IS NULL RETURNING id, user_id),
        recorded AS (
            {AuditInsert.Sql(
                $"'{AuditAction.RefreshTokenReused}'", $"'{AuditLog.Failure}'", "user_id", "jsonb_build_object('session_id', id)", "FROM ended")})
        {OutboxInsert.Sql(
            $"'{MailKind.RefreshTokenReused}'", "user_id", "email", $"""
            FROM ended JOIN users ON users.id = user_id
            WHERE (SELECT count(*) FROM audit_events
                WHERE user_id = ended.user_id AND action = '{AuditAction.RefreshTokenReused}' AND occurred_at > @lately) < {NoticeLimit.MaxNotices}
            """)}
        """;

    /// <summary>
    /// Exchanges a refresh token for a new pair. If several requests present it at once, one rotates it and the others get the same successor.
    /// </summary>
    /// <param name="token">A token that this server created.</param>
    /// <param name="origin">The origin of the request; called only if the token was reused.</param>
    /// <param name="cancellationToken">Canceled when the request is aborted.</param>
    public async Task<RefreshResult> RefreshAsync(RefreshToken token, Func<RequestOrigin> origin, CancellationToken cancellationToken)
    {
        var successor = token with { Counter = token.Counter + 1 };
        if (await rotations.RotateAsync(token, cancellationToken) is { } rotated)
        {
            return Refreshed(rotated, successor);
        }

        var now = clock.GetUtcNow();
        if (await FindAsync(token.SessionId, now, cancellationToken) is not { } session || token.Counter >= session.Counter)
        {
            return RefreshResult.Invalid.Instance;
        }

        // The token is the direct predecessor of the current one and was rotated moments ago, by a second browser tab or for a response that was lost. It
        // gets the same successor.
        if (successor.Counter == session.Counter && now - session.RefreshedAt <= options.RefreshGrace)
        {
            return Refreshed(session.Usable, successor);
        }

        var userId = session.Usable.User.Id;

        // Don't pass the request's cancellation token: disconnecting must not keep a stolen session alive.
        await EndAsync(token.SessionId, now, origin());
        changes.Invalidate(userId);
        mails.Wake();
        Log.Reused(logger, token.SessionId, userId, token.Counter, session.Counter);
        return RefreshResult.Reused.Instance;
    }

    private RefreshResult.Refreshed Refreshed(UsableSession session, RefreshToken successor) =>
        new(tokens.Issue(session.User, successor, session.Methods, session.RefreshExpires));

    private async Task<FoundSession?> FindAsync(Guid sessionId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(FindSql, sessionId, now);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(UsableSession.Read(row), row.GetInt32(UsableSession.ColumnCount), row.GetFieldValue<DateTimeOffset>(UsableSession.ColumnCount + 1))
            : null;
    }

    private async Task EndAsync(Guid sessionId, DateTimeOffset now, RequestOrigin origin)
    {
        await using var command = database.CreateCommand(EndSql);
        command.Parameters.AddRange(AuditInsert.Parameters(now, origin));
        command.Parameters.Add(new NpgsqlParameter<Guid>("session", sessionId));
        command.Parameters.Add(new("notice", NpgsqlDbType.Jsonb) { Value = Outbox.DetailsOf(origin) });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("given_up", now + Outbox.NoticeLifetime));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("lately", now - NoticeLimit.Window));
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private NpgsqlCommand Command(string sql, Guid sessionId, DateTimeOffset now)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = sessionId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        return command;
    }

    private sealed record FoundSession(UsableSession Usable, int Counter, DateTimeOffset RefreshedAt);

    private static partial class Log
    {
        [LoggerMessage(
            2601,
            LogLevel.Warning,
            "Session {SessionId} of user {UserId} was ended: refresh token {Counter} was used again, although {Live} is the current one")]
        public static partial void Reused(ILogger logger, Guid sessionId, Guid userId, int counter, int live);
    }
}
