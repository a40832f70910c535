using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Stores a new session and everything that belongs to it in one round trip and one transaction.</summary>
internal sealed partial class SessionStart(NpgsqlDataSource database, SessionSettings options, TimeProvider clock)
{
    /// <summary>
    /// Inserts the session and its audit event and, for a device that is new to the account, queues a notice. An account's first device causes no notice.
    /// </summary>
    private static readonly string StartSql = $"""
        WITH account AS (
            SELECT id, email, subscription_tier FROM users
            WHERE id = @user AND security_stamp IS NOT DISTINCT FROM @stamp AND {UserSql.IsActive}),
        started AS (
            INSERT INTO sessions (id, user_id, refresh_counter, created_at, authenticated_at, last_used_at, expires_at, idle_expires_at, methods, ip,
                user_agent)
            SELECT @session, id, 0, @now, @now, @now, @expires, @idle_expires, @methods, @ip, @agent FROM account),
        {SessionLimit.EndSurplus("(SELECT id FROM account)")},
        known_address AS (
            INSERT INTO login_addresses (user_id, network, last_login_at) SELECT id, @network, @now FROM account WHERE @network <> '{ClientNetwork.Unknown}'
            ON CONFLICT (user_id, network) DO UPDATE SET last_login_at = greatest(login_addresses.last_login_at, excluded.last_login_at)),
        device AS (
            INSERT INTO login_devices AS known (user_id, device, last_login_at) SELECT id, @device, @now FROM account
            ON CONFLICT (user_id, device) DO UPDATE SET last_login_at = greatest(known.last_login_at, excluded.last_login_at)
            RETURNING xmax = 0 AS is_new),
        recorded AS (
            {AuditInsert.Sql(
                $"'{AuditAction.LoggedIn}'", $"'{AuditLog.Success}'", "id", "@details", "FROM account", actorId: "id", id: "@event")}),
        notified AS (
            {OutboxInsert.Sql(
                $"'{MailKind.NewSignIn}'", "id", "email", $"""
                FROM account CROSS JOIN device
                WHERE device.is_new AND EXISTS (SELECT FROM login_devices WHERE user_id = account.id)
                    AND (SELECT count(*) FROM login_devices WHERE user_id = account.id AND last_login_at > @lately) <= {NoticeLimit.MaxNotices}
                """, id: "@mail")})
        SELECT id, email, {UserSql.Tier}, {UserSql.Roles}, (SELECT count(*) FROM ended)::integer
        FROM account AS users
        """;

    /// <summary>Returns null if the account has changed since its owner authenticated.</summary>
    public async Task<StartedSession?> RunAsync(Guid userId, string? securityStamp, string[] methods, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var idleExpires = now + options.IdleLifetime;
        await using var batch = database.CreateBatch();

        // Logins of one account run one after another, so that each counts the sessions that earlier ones started: the snapshot of the second statement is
        // taken once the row is locked. A password change takes the same lock, so it either ends the new session or is seen by the login.
        batch.BatchCommands.Add(new(UserSql.Lock) { Parameters = { new NpgsqlParameter<Guid>("user", userId) } });
        batch.BatchCommands.Add(new(StartSql)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid>("user", userId),
                new NpgsqlParameter("stamp", NpgsqlDbType.Text) { Value = (object?)securityStamp ?? DBNull.Value },
                new NpgsqlParameter<Guid>("session", id),
                new NpgsqlParameter<DateTimeOffset>("now", now),
                new NpgsqlParameter<DateTimeOffset>("expires", now + options.AbsoluteLifetime),
                new NpgsqlParameter<DateTimeOffset>("idle_expires", idleExpires),
                new NpgsqlParameter<string[]>("methods", methods),
                new NpgsqlParameter("ip", NpgsqlDbType.Inet) { Value = (object?)origin.Ip ?? DBNull.Value },
                new NpgsqlParameter("agent", NpgsqlDbType.Text) { Value = (object?)origin.UserAgent ?? DBNull.Value },
                new NpgsqlParameter("actor", NpgsqlDbType.Uuid) { Value = userId },
                new NpgsqlParameter<string>("request", origin.RequestId),
                new NpgsqlParameter<string>("network", origin.Network),
                new NpgsqlParameter<byte[]>("device", DeviceOf(origin)),
                new NpgsqlParameter<Guid>("event", Guid.CreateVersion7(now)),
                new NpgsqlParameter<Guid>("mail", Guid.CreateVersion7(now)),
                Json("details", AuditLog.Details(("session_id", id.ToString()), ("methods", string.Join(' ', methods)))!),
                Json("notice", Outbox.DetailsOf(origin)),
                new NpgsqlParameter<DateTimeOffset>("given_up", now + Outbox.NoticeLifetime),
                new NpgsqlParameter<DateTimeOffset>("lately", now - NoticeLimit.Window),
                new NpgsqlParameter<int>("kept", SessionLimit.MaxActive - 1),
                new NpgsqlParameter<int>("most", SessionLimit.MaxEndedByLogin),
            },
        });
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken)
            ? new(id, new(rows.GetGuid(0), rows.GetString(1), rows.GetString(2), rows.GetFieldValue<string[]>(3)), idleExpires, rows.GetInt32(4))
            : null;
    }

    private static NpgsqlParameter Json(string name, string value) => new(name, NpgsqlDbType.Jsonb) { Value = value };

    /// <summary>Identifies a device by its network and the kind of user agent. Version numbers are ignored, so an updated browser isn't a new device.</summary>
    private static byte[] DeviceOf(RequestOrigin origin) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{origin.Network}\n{Version().Replace(origin.UserAgent ?? "", "")}"));

    [GeneratedRegex("[0-9._]+")]
    private static partial Regex Version();
}
