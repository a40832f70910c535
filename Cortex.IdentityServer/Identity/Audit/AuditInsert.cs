using Cortex.IdentityServer.Foundation.Http;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>The SQL that inserts audit events, also as a part of a statement that changes something and records it at the same time.</summary>
internal static class AuditInsert
{
    /// <summary>
    /// Inserts one event for each row of <paramref name="from"/>, or one without it. Each argument is an SQL expression; the time and the origin are the
    /// parameters <c>@now</c>, <c>@ip</c>, <c>@agent</c> and <c>@request</c>.
    /// </summary>
    public static string Sql(
        string action, string outcome, string userId, string details, string from = "", string actorId = "NULL::uuid", string id = "gen_random_uuid()") => $"""
        INSERT INTO audit_events (id, occurred_at, action, outcome, actor_id, user_id, ip, user_agent, request_id, details)
            SELECT {id}, @now, {action}, {outcome}, {actorId}, {userId}, @ip, @agent, @request, {details} {from}
        """;

    /// <summary>The values of the parameters that every such statement has.</summary>
    public static NpgsqlParameter[] Parameters(DateTimeOffset now, RequestOrigin origin) =>
    [
        new NpgsqlParameter<DateTimeOffset>("now", now),
        new("ip", NpgsqlDbType.Inet) { Value = (object?)origin.Ip ?? DBNull.Value },
        new("agent", NpgsqlDbType.Text) { Value = (object?)origin.UserAgent ?? DBNull.Value },
        new NpgsqlParameter<string>("request", origin.RequestId),
    ];

    /// <summary>A parameter that holds the id of a user, or nobody.</summary>
    public static NpgsqlParameter User(string name, Guid? userId) => new(name, NpgsqlDbType.Uuid) { Value = (object?)userId ?? DBNull.Value };
}
