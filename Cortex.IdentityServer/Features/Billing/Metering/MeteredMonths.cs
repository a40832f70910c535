using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Users;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>Compares the ledger of usage with what was sent to Polar, user by user, each page in one statement and therefore at one moment.</summary>
/// <remarks>
/// Usage is added to the sums of the month and to the outbox in one transaction. What was reported in the last seconds may be in neither.
/// </remarks>
internal sealed class MeteredMonths(NpgsqlDataSource database)
{
    private static readonly string[] Columns = ["requests", "tokens_used", "cost_micros"];

    private static readonly string Sql = $"""
        SELECT users.id, users.email, used.*, pending.*, events.*
        FROM users
        CROSS JOIN LATERAL (SELECT {Sums()} FROM usage_months AS part WHERE part.user_id = users.id AND part.month = $1 GROUP BY part.user_id) AS used
        CROSS JOIN LATERAL (SELECT {Sums()} FROM billing_meter_hours AS part WHERE {IsInMonth}) AS pending
        CROSS JOIN LATERAL (
            SELECT {Sums()}, {Sums("sent_at IS NOT NULL", "sent_")}, {Sums("accepted_at IS NOT NULL", "accepted_")},
                {Sums("parked_at IS NOT NULL AND accepted_at IS NULL", "parked_")}
            FROM billing_meter_events AS part WHERE {IsInMonth}) AS events
        WHERE users.id > $2 AND ($5 IS NULL OR users.id = $5) AND {UserSql.Exists} AND (NOT $4 OR {string.Join(" OR ", Columns.Select(
            column => $"used.{column} <> pending.{column} + events.{column} - events.parked_{column}"))})
        ORDER BY users.id LIMIT $3
        """;

    private const string IsInMonth = "part.user_id = users.id AND part.hour >= $1::timestamp AT TIME ZONE 'UTC' "
        + "AND part.hour < ($1 + interval '1 month') AT TIME ZONE 'UTC'";

    /// <summary>Returns users who have used anything in the month, in the order of their ids.</summary>
    /// <param name="month">The first day of the month, in UTC.</param>
    /// <param name="after">Users after this id; the nil UUID for the first page.</param>
    /// <param name="limit">The maximum number of users.</param>
    /// <param name="userId">Only this user; null for all.</param>
    /// <param name="onlyDifferences">Only users for whom <see cref="MeteredMonth.Differs"/> is true.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public async Task<IReadOnlyList<MeteredMonth>> ReadAsync(
        DateOnly month, Guid after, int limit, Guid? userId, bool onlyDifferences, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = month });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = onlyDifferences });
        command.Parameters.Add(NullableParameter.Of(userId));
        var months = new List<MeteredMonth>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            MeterSums SumsAt(int column) => new(row.GetInt64(column), row.GetInt64(column + 1), row.GetInt64(column + 2));
            months.Add(new(row.GetGuid(0), row.GetString(1), month, SumsAt(2), SumsAt(5), SumsAt(8), SumsAt(11), SumsAt(14), SumsAt(17)));
        }

        return months;
    }

    /// <summary>The sums of the rows for which a condition holds.</summary>
    private static string Sums(string condition = "true", string prefix = "") => string.Join(", ", Columns.Select(
        column => $"coalesce(sum({column}) FILTER (WHERE {condition}), 0)::bigint AS {prefix}{column}"));
}
