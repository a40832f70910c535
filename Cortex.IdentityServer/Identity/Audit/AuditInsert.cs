using Cortex.IdentityServer.Foundation.Http;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>Builds the SQL that inserts audit events, either on its own or as part of a statement that makes the change it records.</summary>
internal static class AuditInsert
{
    /// <summary>
    /// Inserts one event for each row of <paramref name="from"/>, or a single event without it. Each argument is an SQL expression; the parameters <c>@now</c>,
    /// <c>@ip</c>, <c>@agent</c> and <c>@request</c> supply the time and the origin.
    /// </summary>
    public static string Sql(
        string action, string outcome, string userId, string details, string from = "", string actorId = "NULL::uuid", string id = "gen_random_uuid()") => $"""
        INSERT INTO audit_events (id, occurred_at, action, outcome, actor_id, user_id, ip, user_agent, request_id, details)
            SELECT {id}, @now, {action}, {outcome}, {actorId}, {userId}, @ip, @agent, @request, {details} {from}
        """;

    /// <summary>Returns the parameters that every such statement needs.</summary>
    public static NpgsqlParameter[] Parameters(DateTimeOffset now, RequestOrigin origin) =>
    [
        new NpgsqlParameter<DateTimeOffset>("now", now),
        new("ip", NpgsqlDbType.Inet) { Value = (object?)origin.Ip ?? DBNull.Value },
        new("agent", NpgsqlDbType.Text) { Value = (object?)origin.UserAgent ?? DBNull.Value },
        new NpgsqlParameter<string>("request", origin.RequestId),
    ];

    /// <summary>Returns a parameter with the ID of a user, or NULL.</summary>
    public static NpgsqlParameter User(string name, Guid? userId) => new(name, NpgsqlDbType.Uuid) { Value = (object?)userId ?? DBNull.Value };
}
