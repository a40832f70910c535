using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>Reads events that Polar hasn't accepted, page by page, those of the latest hours first.</summary>
/// <remarks>
/// They have an index by hour. Accepted events have none, and reading them would mean scanning the table. Events of an hour are in the order of the first 128
/// bits of their id, which is a hash.
/// </remarks>
internal sealed class UnacceptedEvents(NpgsqlDataSource database)
{
    private const string Order = "left(encode(sha256(convert_to(external_id, 'UTF8')), 'hex'), 32)::uuid";

    private const string Sql = $"""
        SELECT external_id, user_id, users.email, provider, hour, number, requests, tokens_used, cost_micros * 0.000001, parked_at IS NOT NULL, error,
            event.created_at, sent_at, parked_at, hour, {Order}
        FROM billing_meter_events AS event JOIN users ON users.id = user_id AND {UserSql.Exists}
        WHERE accepted_at IS NULL AND ($1 IS NULL OR (parked_at IS NOT NULL) = ($1 = '{UnacceptedState.Refused}')) AND ($2 IS NULL OR user_id = $2)
            AND hour <= $3 AND (hour, {Order}) < ($3, $4)
        ORDER BY hour DESC, {Order} DESC LIMIT $5
        """;

    /// <summary>Reads a page.</summary>
    /// <param name="state">One of <see cref="UnacceptedState"/>; null for all.</param>
    /// <param name="userId">Only events of this user; null for all.</param>
    /// <param name="after">The end of the previous page; null for the first page.</param>
    /// <param name="limit">The maximum number of events.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public async Task<UnacceptedEventPage> PageAsync(
        string? state, Guid? userId, TimeCursor? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(NullableParameter.Of(state));
        command.Parameters.Add(NullableParameter.Of(userId));
        command.Parameters.Add(new NpgsqlParameter<long> { NpgsqlDbType = NpgsqlDbType.TimestampTz, TypedValue = after?.Stored ?? long.MaxValue });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after?.Id ?? Guid.AllBitsSet });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
        var items = new List<UnacceptedEventResponse>();
        TimeCursor? end = null;
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            if (items.Count == limit)
            {
                return new(items, end?.ToText());
            }

            items.Add(await ReadAsync(row, cancellationToken));
            end = new(row.GetFieldValue<long>(14), row.GetGuid(15));
        }

        return new(items, NextCursor: null);
    }

    private static async Task<UnacceptedEventResponse> ReadAsync(NpgsqlDataReader row, CancellationToken cancellationToken) => new(
        row.GetString(0),
        row.GetGuid(1),
        row.GetString(2),
        row.GetString(3) is { Length: > 0 } provider ? provider : null,
        row.GetFieldValue<DateTimeOffset>(4),
        row.GetInt32(5),
        row.GetInt64(6),
        row.GetInt64(7),
        row.GetDecimal(8),
        row.GetBoolean(9) ? UnacceptedState.Refused : UnacceptedState.Waiting,
        await row.IsDBNullAsync(10, cancellationToken) ? null : row.GetString(10),
        row.GetFieldValue<DateTimeOffset>(11),
        await row.GetFieldValueAsync<DateTimeOffset?>(12, cancellationToken),
        await row.GetFieldValueAsync<DateTimeOffset?>(13, cancellationToken));
}
