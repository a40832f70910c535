using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>Queues an event again that Polar has refused, in the transaction of a caller that has authorized the administrator.</summary>
internal sealed partial class MeterRetry(CortexDbContext db, TimeProvider clock, ILogger<MeterRetry> logger)
{
    /// <summary>The length of an event's id. Other texts don't have to be looked up.</summary>
    private const int IdLength = 44;

    private static readonly string Sql = $"""
        WITH known AS (
            SELECT * FROM billing_meter_events
            WHERE external_id = @external AND EXISTS (SELECT FROM users WHERE users.id = user_id AND {UserSql.Exists}) FOR UPDATE),
        retried AS (
            UPDATE billing_meter_events AS parked SET parked_at = NULL, error = NULL FROM known
            WHERE parked.external_id = known.external_id AND parked.parked_at IS NOT NULL AND parked.accepted_at IS NULL
            RETURNING parked.external_id, parked.user_id),
        recorded AS (
            {AuditInsert.Sql(
                $"'{AuditAction.UsageEventRetried}'", $"'{AuditLog.Success}'", "user_id", "jsonb_build_object('external_id', external_id)", "FROM retried",
                actorId: "@actor", id: "@event")})
        SELECT external_id, user_id, provider, hour, number, requests, tokens_used, cost_micros * 0.000001, created_at, sent_at, accepted_at,
            EXISTS (SELECT FROM retried)
        FROM known
        """;

    /// <summary>
    /// Puts a parked event back into the queue, and returns it; null if there is no such event. An event that isn't parked isn't changed.
    /// </summary>
    public async Task<MeterEventResponse?> RetryAsync(AccountChange change, string externalId, CancellationToken cancellationToken)
    {
        if (externalId.Length != IdLength || !externalId.All(char.IsAscii))
        {
            return null;
        }

        var now = clock.GetUtcNow();
        await using var command = new NpgsqlCommand(Sql, (NpgsqlConnection)db.Database.GetDbConnection());
        command.Parameters.AddRange(AuditInsert.Parameters(now, change.Origin));
        command.Parameters.Add(new NpgsqlParameter<string>("external", externalId));
        command.Parameters.Add(new NpgsqlParameter<Guid>("event", Guid.CreateVersion7(now)));
        command.Parameters.Add(AuditInsert.User("actor", change.Origin.Administrator));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        if (row.GetBoolean(11))
        {
            change.AfterCommit(() => Log.Retried(logger, externalId, change.Origin.Administrator));
        }

        return new(
            row.GetString(0), row.GetGuid(1), row.GetString(2) is { Length: > 0 } provider ? provider : null,
            row.GetFieldValue<DateTimeOffset>(3), row.GetInt32(4), row.GetInt64(5),
            row.GetInt64(6), row.GetDecimal(7), row.GetFieldValue<DateTimeOffset>(8), row.GetFieldValue<DateTimeOffset?>(9),
            row.GetFieldValue<DateTimeOffset?>(10));
    }

    private static partial class Log
    {
        [LoggerMessage(4416, LogLevel.Information, "Administrator {AdminId} queued the usage event {ExternalId} to be sent to Polar again")]
        public static partial void Retried(ILogger logger, string externalId, Guid? adminId);
    }
}
