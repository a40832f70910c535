using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Features.Billing.Events;

/// <summary>
/// Reads billing events, newest first: those of users from <c>billing_events</c>, and all others from <c>billing_inbox</c>. The time per page doesn't depend on
/// its position.
/// </summary>
/// <remarks>NULL in an old row reads as the column's default; a row without a time sorts as older than all others.</remarks>
internal sealed class BillingEvents(NpgsqlDataSource database)
{
    /// <summary>The columns of an event of a user, in the order in which <see cref="ReadAsync"/> expects them.</summary>
    public const string StoredColumns =
        $"id, user_id, event_type, polar_event_id, {EventState.OfStored} AS state, attempts, error, next_attempt_at, created_at, {StoredTime} AS sort_time, "
        + $"(SELECT email FROM users WHERE users.id = billing_events.user_id AND {UserSql.Exists}) AS user_email";

    /// <summary>The same columns of an event in the inbox.</summary>
    public const string ReceivedColumns =
        $"id, NULL::uuid, event_type, polar_event_id, {EventState.OfReceived}, attempts, error, next_attempt_at, created_at, created_at, NULL::text";

    /// <summary>The expression by which events are sorted. It must equal that of the indexes.</summary>
    private const string StoredTime = "coalesce(created_at, '-infinity')";

    private const string FindSql = $"""
        SELECT {StoredColumns}, data FROM billing_events WHERE id = $1 UNION ALL SELECT {ReceivedColumns}, data FROM billing_inbox WHERE id = $1
        """;

    /// <summary>Reads a page.</summary>
    /// <param name="filter">Which events to list.</param>
    /// <param name="after">Events older than this one; null for the newest.</param>
    /// <param name="limit">The maximum number of events.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public async Task<BillingEventPage> PageAsync(EventFilter filter, TimeCursor? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select(filter, isLater: after is not null));
        command.Parameters.Add(new NpgsqlParameter<int>("more", limit + 1));
        if (filter.UserId is { } user)
        {
            command.Parameters.Add(new NpgsqlParameter<Guid>("user", user));
        }

        if (after is { } last)
        {
            command.Parameters.Add(new NpgsqlParameter<long>("at", NpgsqlDbType.TimestampTz) { TypedValue = last.Stored });
            command.Parameters.Add(new NpgsqlParameter<Guid>("id", last.Id));
        }

        var items = new List<BillingEventResponse>();
        TimeCursor? end = null;
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            if (items.Count == limit)
            {
                return new(items, end?.ToText());
            }

            items.Add(await ReadAsync(row, cancellationToken));
            end = new(row.GetFieldValue<long>(9), items[^1].Id);
        }

        return new(items, NextCursor: null);
    }

    /// <summary>Reads an event with its payload; null if there is none.</summary>
    public async Task<BillingEventDetails?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(
                await ReadAsync(row, cancellationToken),
                BillingEventDetails.PayloadOf(await row.IsDBNullAsync(11, cancellationToken) ? null : row.GetString(11)))
            : null;
    }

    /// <summary>Reads a row that begins with <see cref="StoredColumns"/> or <see cref="ReceivedColumns"/>.</summary>
    public static async Task<BillingEventResponse> ReadAsync(NpgsqlDataReader row, CancellationToken cancellationToken)
    {
        var state = row.GetString(4);
        return new(
            row.GetGuid(0),
            await row.GetFieldValueAsync<Guid?>(1, cancellationToken),
            await row.IsDBNullAsync(10, cancellationToken) ? null : row.GetString(10),
            row.GetString(2),
            row.GetString(3),
            state == EventState.Processed,
            state,
            row.GetInt32(5),
            await row.IsDBNullAsync(6, cancellationToken) ? null : row.GetString(6),
            await row.GetFieldValueAsync<DateTimeOffset?>(7, cancellationToken),
            await row.GetFieldValueAsync<DateTimeOffset?>(8, cancellationToken));
    }

    /// <summary>Builds a separate statement for each set of filters, so that each part is planned as a scan of its index.</summary>
    private static string Select(EventFilter filter, bool isLater)
    {
        // An event in the inbox has no user, and one of a user is never unmatched.
        var parts = new List<string>();
        if (filter.State != EventState.Unmatched)
        {
            parts.Add(Part(StoredColumns, "billing_events", StoredTime, StoredConditions(filter), isLater));
        }

        if (filter.UserId is null)
        {
            parts.Add(Part(ReceivedColumns, "billing_inbox", "created_at", ReceivedConditions(filter), isLater));
        }

        // The unmatched events of a user: none.
        var all = parts.Count == 0 ? $"SELECT {StoredColumns} FROM billing_events WHERE false" : string.Join(" UNION ALL ", parts.Select(part => $"({part})"));
        return $"SELECT * FROM ({all}) AS events ORDER BY 10 DESC, 1 DESC LIMIT @more";
    }

    private static string Part(string columns, string table, string time, IEnumerable<string> conditions, bool isLater) =>
        $"SELECT {columns} FROM {table} WHERE {string.Join(" AND ", conditions.Prepend(isLater ? $"({time}, id) < (@at, @id)" : "true"))} "
        + $"ORDER BY {time} DESC, id DESC LIMIT @more";

    private static IEnumerable<string> StoredConditions(EventFilter filter)
    {
        if (filter.Processed is { } processed)
        {
            yield return $"{EventState.IsProcessed} = {(processed ? "true" : "false")}";
        }

        if (filter.State is { } state)
        {
            yield return EventState.StoredCondition(state);
        }

        if (filter.UserId is not null)
        {
            yield return "user_id = @user";
        }
    }

    private static IEnumerable<string> ReceivedConditions(EventFilter filter)
    {
        if (filter.Processed is { } processed)
        {
            yield return processed ? "processed_at IS NOT NULL" : "processed_at IS NULL";
        }

        if (filter.State is { } state)
        {
            yield return EventState.ReceivedCondition(state);
        }
    }
}
