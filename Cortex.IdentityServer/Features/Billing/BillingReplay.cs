using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing;

/// <summary>Queues a billing event for processing again.</summary>
internal sealed partial class BillingReplay(CortexDbContext db, TimeProvider clock, ILogger<BillingReplay> logger)
{
    private static readonly string Sql = $"""
        WITH known AS (
            SELECT id, user_id, event_type, polar_event_id, coalesce(processed, false) AS was_processed, created_at FROM billing_events
                WHERE id = @billing_event FOR UPDATE),
        replayed AS (
            UPDATE billing_events SET processed = false FROM known WHERE billing_events.id = known.id AND was_processed RETURNING billing_events.id),
        recorded AS (
            {AuditInsert.Sql(
                $"'{AuditAction.BillingEventReplayed}'", $"'{AuditLog.Success}'", "user_id", """
                jsonb_build_object('billing_event_id', id, 'before', jsonb_build_object('processed', true), 'after', jsonb_build_object('processed', false))
                """, "FROM known WHERE was_processed", actorId: "@actor", id: "@event")})
        SELECT user_id AS "UserId", event_type AS "EventType", polar_event_id AS "PolarEventId", was_processed AS "WasProcessed", created_at AS "CreatedAt"
            FROM known
        """;

    /// <summary>
    /// Marks the event as pending and returns it; null if there is no such event. This is one statement, so that every replay has its audit event, and of
    /// concurrent requests only one replays the event.
    /// </summary>
    public async Task<BillingEventResponse?> ReplayAsync(Guid id, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var found = await db.Database.SqlQueryRaw<Found>(
            Sql,
            [
                .. AuditInsert.Parameters(now, origin),
                new NpgsqlParameter<Guid>("billing_event", id),
                new NpgsqlParameter<Guid>("event", Guid.CreateVersion7(now)),
                AuditInsert.User("actor", origin.Administrator),
            ]).ToListAsync(cancellationToken);
        if (found is not [var known])
        {
            return null;
        }

        if (known.WasProcessed)
        {
            Log.Replayed(logger, id, known.UserId, origin.Administrator);
        }

        return new(id, known.UserId, known.EventType, known.PolarEventId, Processed: false, known.CreatedAt);
    }

    private sealed record Found(Guid UserId, string EventType, string PolarEventId, bool WasProcessed, DateTimeOffset? CreatedAt);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Administrator {AdminId} queued billing event {EventId} of user {UserId} for processing again")]
        public static partial void Replayed(ILogger logger, Guid eventId, Guid userId, Guid? adminId);
    }
}
