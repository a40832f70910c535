using Cortex.IdentityServer.Identity.Users;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>Reads the events that are to be sent to Polar, and records what became of them.</summary>
internal sealed class MeterOutbox(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>The maximum number of events that are sent at once. Few large requests leave more of Polar's rate limit to people.</summary>
    public const int BatchSize = 500;

    private const string WaitingSql = "accepted_at IS NULL AND parked_at IS NULL";

    /// <summary>The oldest hours come first. The time is recorded before the events are sent, because the server may be killed while it sends them.</summary>
    private const string NextSql = $"""
        WITH batch AS MATERIALIZED (
            SELECT external_id, user_id, hour, provider, number, requests, tokens_used, cost_micros FROM billing_meter_events
            WHERE {WaitingSql} AND EXISTS (SELECT FROM users WHERE users.id = user_id AND {UserSql.Exists})
            ORDER BY hour LIMIT $2),
        marked AS (
            UPDATE billing_meter_events SET sent_at = $1 WHERE external_id IN (SELECT external_id FROM batch) AND sent_at IS NULL)
        TABLE batch
        """;

    private const string AcceptSql = "UPDATE billing_meter_events SET accepted_at = $1 WHERE external_id = ANY ($2) AND accepted_at IS NULL";

    private const string ParkSql = $"""
        UPDATE billing_meter_events SET parked_at = $1, error = refused.error FROM unnest($2, $3) AS refused (external_id, error)
        WHERE billing_meter_events.external_id = refused.external_id AND {WaitingSql}
        """;

    /// <summary>Whether any event waits.</summary>
    /// <remarks>The order is the index's, so that PostgreSQL doesn't scan the table in search of such an event.</remarks>
    public async Task<bool> HasAnyAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT true FROM billing_meter_events WHERE {WaitingSql} ORDER BY hour LIMIT 1");
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Returns the events that are due next, and marks them as sent.</summary>
    public async Task<IReadOnlyList<MeterEvent>> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NextSql);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = BatchSize });
        var events = new List<MeterEvent>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            events.Add(new(
                row.GetString(0), row.GetGuid(1), row.GetFieldValue<DateTimeOffset>(2), row.GetString(3), row.GetInt32(4),
                new(row.GetInt64(5), row.GetInt64(6), row.GetInt64(7))));
        }

        return events;
    }

    /// <summary>Records that Polar has the events. It isn't canceled when the server stops, so that they aren't sent again without need.</summary>
    public async Task AcceptAsync(IEnumerable<MeterEvent> events)
    {
        await using var command = database.CreateCommand(AcceptSql);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(item => item.ExternalId)] });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Returns the number of events that are parked, up to a maximum.</summary>
    public async Task<int> CountParkedAsync(int max)
    {
        await using var command = database.CreateCommand(
            "SELECT count(*)::int FROM (SELECT FROM billing_meter_events WHERE accepted_at IS NULL AND parked_at IS NOT NULL LIMIT $1) AS parked");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = max });
        return (int)(await command.ExecuteScalarAsync(CancellationToken.None))!;
    }

    /// <summary>Takes events that Polar refuses out of the queue, until an administrator sends them again.</summary>
    public async Task ParkAsync(IReadOnlyCollection<MeterRefusal> refusals)
    {
        await using var command = database.CreateCommand(ParkSql);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. refusals.Select(refusal => refusal.Event.ExternalId)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. refusals.Select(refusal => refusal.Error)] });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
