using System.Data;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>
/// Claims stored events and records what became of them. Events that arrive wait in <c>billing_inbox</c>; those of a known user are then in
/// <c>billing_events</c>, where a replayed one, or one that the Python server left, waits again.
/// </summary>
/// <remarks>A claimed row is locked until the transaction ends, and other replicas skip it. If the server is killed, the event is due again.</remarks>
internal sealed class EventQueue(CortexDbContext db, TimeProvider clock)
{
    /// <summary>Returns whether any event is due at <c>$1</c>.</summary>
    public const string AnyDueSql =
        $"SELECT EXISTS (SELECT FROM billing_inbox WHERE {ReceivedIsDue}) OR EXISTS (SELECT FROM billing_events WHERE {PendingIsDue})";

    /// <summary>Whether a row of <c>billing_inbox</c> is going to be tried, now or later.</summary>
    public const string ReceivedIsWaiting = "failed_at IS NULL AND unmatched_at IS NULL AND processed_at IS NULL";

    /// <summary>Whether a row of <c>billing_events</c> is going to be tried, now or later.</summary>
    public const string PendingIsWaiting = "NOT coalesce(processed, false) AND failed_at IS NULL";

    private const string ReceivedIsDue = $"{ReceivedIsWaiting} AND {AttemptIsDue}";
    private const string PendingIsDue = $"{PendingIsWaiting} AND {AttemptIsDue}";
    private const string AttemptIsDue = "coalesce(next_attempt_at, '-infinity') <= $1";

    private const string ReceivedSql = $"""
        SELECT id, polar_event_id, data, created_at, attempts, NULL::uuid FROM billing_inbox WHERE {ReceivedIsDue}
        ORDER BY coalesce(next_attempt_at, '-infinity'), id LIMIT 1 FOR UPDATE SKIP LOCKED
        """;

    private const string PendingSql = $"""
        SELECT id, polar_event_id, coalesce(data, ''), created_at, attempts, user_id FROM billing_events WHERE {PendingIsDue}
        """;

    private const string FirstPendingSql = PendingSql + " ORDER BY coalesce(next_attempt_at, '-infinity') LIMIT 1";
    private const string ClaimPendingSql = PendingSql + " AND id = $2 FOR UPDATE SKIP LOCKED";

    /// <summary>Also says whether the customer is the user, rather than another user's customer to whom Polar has added the user's purchase.</summary>
    private static readonly string MatchSql = $"""
        SELECT id, NOT EXISTS (SELECT FROM users WHERE users.id <> matched.id AND users.id = {UserMatch.UuidIn("$4")} AND {UserSql.Exists})
        FROM (SELECT {UserMatch.Sql("$1", "$2", "$3")} AS id) AS matched WHERE id IS NOT NULL
        """;

    private const string MoveSql = """
        WITH received AS (DELETE FROM billing_inbox WHERE id = $1 RETURNING *)
        INSERT INTO billing_events (id, user_id, event_type, polar_event_id, data, processed, created_at, attempts, had_effect)
        SELECT id, $2, event_type, polar_event_id, data, true, created_at, attempts + 1, $3 FROM received
        ON CONFLICT (polar_event_id) DO NOTHING
        """;

    private const string FinishPendingSql = """
        UPDATE billing_events SET processed = true, attempts = attempts + 1, error = NULL, next_attempt_at = NULL, had_effect = had_effect OR $2 WHERE id = $1
        """;

    private const string UnmatchedSql = """
        UPDATE billing_inbox SET unmatched_at = $2, attempts = attempts + 1, error = NULL, next_attempt_at = NULL,
            external_id = $3, customer_id = $4, customer_email = $5
        WHERE id = $1
        """;

    private const string IgnoredSql = """
        UPDATE billing_inbox SET processed_at = $2, attempts = attempts + 1, error = NULL, next_attempt_at = NULL WHERE id = $1
        """;

    /// <summary>Claims the next event that has arrived; null if no unclaimed one is due.</summary>
    public Task<QueuedEvent?> ClaimReceivedAsync(CancellationToken cancellationToken) => ReadAsync(ReceivedSql, id: null, cancellationToken);

    /// <summary>Finds the next event that waits in <c>billing_events</c>, without claiming it.</summary>
    public Task<QueuedEvent?> FindPendingAsync(CancellationToken cancellationToken) => ReadAsync(FirstPendingSql, id: null, cancellationToken);

    /// <summary>
    /// Claims an event in <c>billing_events</c>; null if another replica has it, or it is no longer due. The account has to be locked before, as a deletion of
    /// the account locks them in that order, too.
    /// </summary>
    public Task<QueuedEvent?> ClaimPendingAsync(Guid id, CancellationToken cancellationToken) => ReadAsync(ClaimPendingSql, id, cancellationToken);

    /// <summary>Returns the user whom an event is about, and whether the customer is that user; null if the user isn't known.</summary>
    public async Task<(Guid UserId, bool IsCustomer)?> MatchAsync(PolarCustomer customer, CancellationToken cancellationToken)
    {
        await using var command = Command(MatchSql);
        command.Parameters.Add(NullableParameter.Of(customer.ExternalId));
        command.Parameters.Add(NullableParameter.Of(customer.Id));
        command.Parameters.Add(NullableParameter.Of(customer.Email));
        command.Parameters.Add(NullableParameter.Of(customer.OwnExternalId));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetGuid(0), row.GetBoolean(1)) : null;
    }

    /// <summary>Records that an event was applied to a user.</summary>
    public async Task FinishAsync(QueuedEvent done, Guid userId, bool hadEffect, CancellationToken cancellationToken)
    {
        await using var command = Command(done.UserId is null ? MoveSql : FinishPendingSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = done.Id });
        if (done.UserId is null)
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        }

        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = hadEffect });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Records that the user of an event isn't known.</summary>
    public async Task KeepUnmatchedAsync(QueuedEvent unmatched, PolarCustomer customer, CancellationToken cancellationToken)
    {
        await using var command = Command(UnmatchedSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = unmatched.Id });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        command.Parameters.Add(NullableParameter.Of(customer.ExternalId));
        command.Parameters.Add(NullableParameter.Of(customer.Id));
        command.Parameters.Add(NullableParameter.Of(customer.Email));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Records that an event is about no user.</summary>
    public async Task IgnoreAsync(QueuedEvent ignored, CancellationToken cancellationToken)
    {
        await using var command = Command(IgnoredSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ignored.Id });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Lets an event in <c>billing_events</c> wait for a minute.</summary>
    public async Task PostponeAsync(QueuedEvent postponed, CancellationToken cancellationToken)
    {
        await using var command = Command("UPDATE billing_events SET next_attempt_at = $2 WHERE id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = postponed.Id });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() + TimeSpan.FromMinutes(1) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<QueuedEvent?> ReadAsync(string sql, Guid? id, CancellationToken cancellationToken)
    {
        await using var command = Command(sql);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        if (id is { } one)
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = one });
        }

        // Outside a transaction, nobody has opened the connection.
        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var row = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken);
        return !await row.ReadAsync(cancellationToken) ? null : new(
            row.GetGuid(0),
            row.GetString(1),
            row.GetString(2),
            await row.IsDBNullAsync(3, cancellationToken) ? null : StoredTime.ToDotNet(row.GetFieldValue<long>(3)),
            row.GetInt32(4),
            await row.GetFieldValueAsync<Guid?>(5, cancellationToken));
    }

    private NpgsqlCommand Command(string sql) => new(sql, (NpgsqlConnection)db.Database.GetDbConnection());
}
