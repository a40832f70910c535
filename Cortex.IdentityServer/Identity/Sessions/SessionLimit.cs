using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Users;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>
/// Limits each account to 100 active sessions. A login ends the least recently used session; accounts with many more sessions, from before the limit existed,
/// are brought down to it at startup and every hour.
/// </summary>
internal sealed partial class SessionLimit(NpgsqlDataSource database, TimeProvider clock, ILogger<SessionLimit> logger) : IExpiryRule
{
    public const int MaxActive = 100;

    /// <summary>A login usually ends one session. This maximum keeps it from waiting for thousands of rows.</summary>
    public const int MaxEndedByLogin = 500;

    private const int BatchSize = 5000;

    private const string FindOverLimitSql = """
        SELECT user_id FROM sessions WHERE ended_at IS NULL AND expires_at > @now AND idle_expires_at > @now GROUP BY user_id HAVING count(*) > @kept
        """;

    private static readonly string EndSql = $"WITH {EndSurplus("@user")} SELECT count(*)::integer FROM ended";

    /// <summary>
    /// The common table expressions that end a user's active sessions beyond the <c>@kept</c> most recently used ones, at most <c>@most</c> of them, each with
    /// an audit event. They also use the parameters <c>@now</c>, <c>@actor</c>, <c>@ip</c>, <c>@agent</c> and <c>@request</c>.
    /// </summary>
    /// <param name="user">The SQL of the user's id.</param>
    public static string EndSurplus(string user) => $"""
        surplus AS (
            SELECT id FROM (
                SELECT id, greatest(last_used_at, last_seen_at) AS active_at FROM sessions
                WHERE user_id = {user} AND ended_at IS NULL AND expires_at > @now AND idle_expires_at > @now
                ORDER BY active_at DESC, id DESC OFFSET @kept) AS unused
            ORDER BY active_at, id LIMIT @most),
        ended AS (
            UPDATE sessions SET ended_at = @now, end_reason = '{SessionEnd.Limit}' FROM surplus
            WHERE sessions.id = surplus.id AND sessions.ended_at IS NULL
            RETURNING sessions.id, sessions.user_id),
        ended_recorded AS (
            {AuditInsert.Sql(
                $"'{AuditAction.SessionEnded}'", $"'{AuditLog.Success}'", "user_id",
                $"jsonb_build_object('session_id', id, 'reason', '{SessionEnd.Limit}')", "FROM ended", actorId: "@actor")})
        """;

    public string? Rows => null;

    public async Task<int> ApplyAsync(NpgsqlDataSource database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await EnforceAsync(cancellationToken);
        return 0;
    }

    /// <summary>Ends the surplus sessions of every account, in batches that keep locks short.</summary>
    public async Task EnforceAsync(CancellationToken cancellationToken)
    {
        foreach (var userId in await FindOverLimitAsync(cancellationToken))
        {
            var ended = 0;
            for (var last = BatchSize; last == BatchSize; ended += last)
            {
                last = await EndAsync(userId, cancellationToken);
            }

            Log.Ended(logger, ended, userId, MaxActive);
        }
    }

    private async Task<List<Guid>> FindOverLimitAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindOverLimitSql);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", clock.GetUtcNow()));
        command.Parameters.Add(new NpgsqlParameter<int>("kept", MaxActive));
        command.CommandTimeout = IExpiryRule.CommandTimeoutSeconds;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var overLimit = new List<Guid>();
        while (await rows.ReadAsync(cancellationToken))
        {
            overLimit.Add(rows.GetGuid(0));
        }

        return overLimit;
    }

    private async Task<int> EndAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Timeout = IExpiryRule.CommandTimeoutSeconds;
        batch.BatchCommands.Add(new(UserSql.Lock) { Parameters = { new NpgsqlParameter<Guid>("user", userId) } });
        batch.BatchCommands.Add(new(EndSql)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid>("user", userId),
                new NpgsqlParameter<DateTimeOffset>("now", clock.GetUtcNow()),
                new NpgsqlParameter("actor", NpgsqlDbType.Uuid) { Value = DBNull.Value },
                new NpgsqlParameter("ip", NpgsqlDbType.Inet) { Value = DBNull.Value },
                new NpgsqlParameter("agent", NpgsqlDbType.Text) { Value = DBNull.Value },
                new NpgsqlParameter<string>("request", ""),
                new NpgsqlParameter<int>("kept", MaxActive),
                new NpgsqlParameter<int>("most", BatchSize),
            },
        });
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? rows.GetInt32(0) : 0;
    }

    private static partial class Log
    {
        [LoggerMessage(2600, LogLevel.Information, "Ended {Count} session(s) of user {UserId}, who had more than the {Most} that an account can have")]
        public static partial void Ended(ILogger logger, int count, Guid userId, int most);
    }
}
