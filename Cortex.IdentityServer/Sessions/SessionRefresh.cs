using Cortex.IdentityServer.Data.Freshness;
using Npgsql;

namespace Cortex.IdentityServer.Sessions;

/// <summary>The outcome of a refresh.</summary>
internal abstract record RefreshResult
{
    public sealed record Refreshed(TokenResponse Tokens) : RefreshResult;

    /// <summary>Expired, or of a session that has ended.</summary>
    public sealed record Invalid : RefreshResult;

    /// <summary>Spent before: the whole session has ended (RFC 9700 section 4.14.2).</summary>
    public sealed record Reused : RefreshResult;
}

/// <summary>Spends refresh tokens. By hand, as every client comes back twice an hour: EF Core takes longer to put a statement together than PostgreSQL to run it.</summary>
internal sealed partial class SessionRefresh(
    NpgsqlDataSource database, TokenPairs tokens, SessionSettings options, Changes changes, TimeProvider clock, ILogger<SessionRefresh> logger)
{
    /// <summary>Of a session that can be used, whose user may log in.</summary>
    private const string Columns = """
        users.id, email, coalesce(subscription_tier, 'free'),
            ARRAY(SELECT name FROM roles JOIN user_roles ON role_id = roles.id WHERE user_id = users.id ORDER BY name)::text[],
            methods, least(expires_at, idle_expires_at)
        """;

    private const string IsUsable = """
        sessions.id = $1 AND ended_at IS NULL AND expires_at > $2 AND idle_expires_at > $2 AND users.id = sessions.user_id AND coalesce(is_active, true)
        """;

    /// <summary>The guarded write that decides which of several refreshes wins; one statement, so that a failure spends nothing.</summary>
    private const string RotateSql = $"""
        UPDATE sessions SET refresh_counter = refresh_counter + 1, last_used_at = $2, idle_expires_at = $3
        FROM users WHERE {IsUsable} AND refresh_counter = $4
        RETURNING {Columns}
        """;

    private const string LookSql = $"SELECT {Columns}, refresh_counter, last_used_at FROM sessions, users WHERE {IsUsable}";

    private const string EndSql = "UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE id = $1 AND ended_at IS NULL";

    /// <summary>Spends a refresh token for a new pair, once: of sixteen at a time, one rotates and the others get the same child.</summary>
    public async Task<RefreshResult> RefreshAsync(RefreshToken token, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var child = token with { Counter = token.Counter + 1 };
        if (await RotateAsync(token, now, cancellationToken) is { } rotated)
        {
            return Refreshed(rotated, child);
        }

        if (await LookAsync(token.SessionId, now, cancellationToken) is not { } session || token.Counter >= session.Counter)
        {
            return new RefreshResult.Invalid();
        }

        // The direct parent of the live token, shortly after: a second tab, or an answer that got lost. It gets the same child.
        if (child.Counter == session.Counter && now - session.RefreshedAt <= options.RefreshGrace)
        {
            return Refreshed(session.Usable, child);
        }

        var userId = session.Usable.User.Id;
        await EndAsync(token.SessionId, now, cancellationToken);
        changes.Changed(userId);
        Log.Reused(logger, token.SessionId, userId, token.Counter, session.Counter);
        return new RefreshResult.Reused();
    }

    private RefreshResult.Refreshed Refreshed(Usable session, RefreshToken child) =>
        new(tokens.Issue(session.User, child, session.Methods, session.RefreshExpires));

    private async Task<Usable?> RotateAsync(RefreshToken token, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(RotateSql, token.SessionId, now);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now + options.IdleLifetime });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = token.Counter });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) : null;
    }

    private async Task<Looked?> LookAsync(Guid sessionId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(LookSql, sessionId, now);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new(Read(row), row.GetInt32(6), row.GetFieldValue<DateTimeOffset>(7)) : null;
    }

    private async Task EndAsync(Guid sessionId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(EndSql, sessionId, now);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = SessionEnd.RefreshTokenReused });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql, Guid sessionId, DateTimeOffset now)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = sessionId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        return command;
    }

    private static Usable Read(NpgsqlDataReader row) => new(
        new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetFieldValue<string[]>(3)),
        row.GetFieldValue<string[]>(4),
        row.GetFieldValue<DateTimeOffset>(5));

    private sealed record Usable(SessionUser User, string[] Methods, DateTimeOffset RefreshExpires);

    private sealed record Looked(Usable Usable, int Counter, DateTimeOffset RefreshedAt);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Session {SessionId} of user {UserId} ended: refresh token {Counter} was used again when {Live} was live")]
        public static partial void Reused(ILogger logger, Guid sessionId, Guid userId, int counter, int live);
    }
}
