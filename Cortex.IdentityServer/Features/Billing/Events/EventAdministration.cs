using Cortex.IdentityServer.Features.Billing.Webhooks;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Events;

/// <summary>Replays and assigns events, in the transaction of a caller that has authorized the administrator.</summary>
internal sealed partial class EventAdministration(
    CortexDbContext db, AuditLog audit, InboxSignal signal, TimeProvider clock, ILogger<EventAdministration> logger)
{
    /// <summary>The worker moves events from the inbox, so a reader that has waited for its lock finds the event in the other table.</summary>
    private const string FindReceivedSql = $"SELECT {BillingEvents.ReceivedColumns} FROM billing_inbox WHERE id = $1 FOR UPDATE";

    private const string FindStoredSql = $"SELECT {BillingEvents.StoredColumns} FROM billing_events WHERE id = $1 FOR UPDATE";

    private const string ReplayReceivedSql = $"""
        UPDATE billing_inbox SET attempts = 0, error = NULL, next_attempt_at = NULL, failed_at = NULL, unmatched_at = NULL, processed_at = NULL WHERE id = $1
        RETURNING {BillingEvents.ReceivedColumns}
        """;

    private const string ReplayStoredSql = $"""
        UPDATE billing_events SET processed = false, attempts = 0, error = NULL, next_attempt_at = NULL, failed_at = NULL WHERE id = $1
        RETURNING {BillingEvents.StoredColumns}
        """;

    /// <summary>Links the event's customer to the user, and makes the event one of the user's that is to be worked on.</summary>
    private const string AssignSql = $"""
        WITH assigned AS (
            DELETE FROM billing_inbox WHERE id = $1 RETURNING *),
        linked AS (
            INSERT INTO billing_customers (customer_id, user_id, created_at) SELECT customer_id, $2, $3 FROM assigned WHERE customer_id IS NOT NULL
            ON CONFLICT (customer_id) DO UPDATE SET user_id = excluded.user_id),
        swept AS (
            INSERT INTO billing_sweeps (user_id, due_at) SELECT $2, $3 FROM assigned WHERE customer_id IS NOT NULL
            ON CONFLICT (user_id) DO UPDATE SET due_at = excluded.due_at)
        INSERT INTO billing_events (id, user_id, event_type, polar_event_id, data, processed, created_at)
        SELECT id, $2, event_type, polar_event_id, data, false, created_at FROM assigned
        RETURNING {BillingEvents.StoredColumns}
        """;

    /// <summary>Queues an event to be processed again. An event that is waiting already stays as it is.</summary>
    /// <returns>The event; null if there is none.</returns>
    public async Task<BillingEventResponse?> ReplayAsync(AccountChange change, Guid id, CancellationToken cancellationToken)
    {
        var isReceived = true;
        var found = await ReadAsync(FindReceivedSql, id, cancellationToken);
        if (found is null)
        {
            (isReceived, found) = (false, await ReadAsync(FindStoredSql, id, cancellationToken));
        }

        if (found is null or { State: EventState.Waiting })
        {
            return found;
        }

        var replayed = await ReadAsync(isReceived ? ReplayReceivedSql : ReplayStoredSql, id, cancellationToken);
        await audit.RecordAsync(
            AuditAction.BillingEventReplayed, AuditLog.Success, change.Origin.Administrator, found.UserId, change.Origin,
            AuditLog.Details(("billing_event_id", id.ToString()), ("state", found.State)), cancellationToken);
        change.AfterCommit(() =>
        {
            Log.Replayed(logger, id, change.Origin.Administrator);
            signal.Wake();
        });
        return replayed;
    }

    /// <summary>Returns whether there is an event whose user isn't known, and locks it.</summary>
    public async Task<bool> IsUnmatchedAsync(Guid id, CancellationToken cancellationToken) =>
        await ReadAsync(FindReceivedSql, id, cancellationToken) is { State: EventState.Unmatched };

    /// <summary>Assigns an event whose user isn't known, and its customer with all further events, to a user.</summary>
    public async Task<BillingEventResponse?> AssignAsync(AccountChange change, Guid id, Guid userId, CancellationToken cancellationToken)
    {
        await using var command = Command(AssignSql, id);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        var assigned = await ReadAsync(command, cancellationToken);
        await audit.RecordAsync(
            AuditAction.BillingEventAssigned, AuditLog.Success, change.Origin.Administrator, userId, change.Origin,
            AuditLog.Details(("billing_event_id", id.ToString())), cancellationToken);
        change.AfterCommit(() =>
        {
            Log.Assigned(logger, id, userId, change.Origin.Administrator);
            signal.Wake();
        });
        return assigned;
    }

    private async Task<BillingEventResponse?> ReadAsync(string sql, Guid id, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, id);
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<BillingEventResponse?> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? await BillingEvents.ReadAsync(row, cancellationToken) : null;
    }

    private NpgsqlCommand Command(string sql, Guid id)
    {
        var command = new NpgsqlCommand(sql, (NpgsqlConnection)db.Database.GetDbConnection());
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return command;
    }

    private static partial class Log
    {
        [LoggerMessage(4408, LogLevel.Information, "Administrator {AdminId} queued billing event {EventId} for processing again")]
        public static partial void Replayed(ILogger logger, Guid eventId, Guid? adminId);

        [LoggerMessage(4409, LogLevel.Information, "Administrator {AdminId} assigned billing event {EventId} to user {UserId}")]
        public static partial void Assigned(ILogger logger, Guid eventId, Guid userId, Guid? adminId);
    }
}
