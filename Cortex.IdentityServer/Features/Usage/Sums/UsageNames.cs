using System.Globalization;
using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Sums;

/// <summary>Shortens lists of names, so that endpoints with ids in their paths don't fill the database (decision 0024).</summary>
internal static class UsageNames
{
    /// <summary>
    /// Keeps the names with the most requests of the month, and combines the sums of the others. A list is shortened to half its length, so this happens
    /// rarely, and a name that becomes large later is still listed.
    /// </summary>
    public static async Task ShortenAsync(NpgsqlConnection connection, NameList list, int timeoutSeconds, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql(list.Kind), connection) { CommandTimeout = timeoutSeconds };
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = list.UserId });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = list.Month });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Sql(NameKind kind) => $"""
        WITH sizes AS MATERIALIZED (
            SELECT {kind.Column} AS name, sum(requests) AS requests FROM usage_days
            WHERE user_id = $1 AND day >= $2 AND day < ($2 + interval '1 month')::date GROUP BY 1),
        small AS MATERIALIZED (
            SELECT listed.name FROM usage_names AS listed LEFT JOIN sizes ON sizes.name = listed.name
            WHERE user_id = $1 AND month = $2 AND kind = '{kind.Code}'
            ORDER BY requests DESC NULLS LAST, listed.name OFFSET {kind.Limit.ToString(CultureInfo.InvariantCulture)}),
        unlisted AS (
            DELETE FROM usage_names WHERE user_id = $1 AND month = $2 AND kind = '{kind.Code}' AND name IN (SELECT name FROM small)),
        days AS (
            DELETE FROM usage_days WHERE user_id = $1 AND day >= $2 AND day < ($2 + interval '1 month')::date AND {kind.Column} IN (SELECT name FROM small)
            RETURNING *),
        quarters AS (
            DELETE FROM usage_quarters
            WHERE user_id = $1 AND quarter >= $2::timestamp AT TIME ZONE 'UTC' AND quarter < ($2 + interval '1 month') AT TIME ZONE 'UTC'
                AND {kind.Column} IN (SELECT name FROM small)
            RETURNING *),
        combined_days AS ({Combine(kind, "days", "day")})
        {Combine(kind, "quarters", "quarter")}
        """;

    private static string Combine(NameKind kind, string table, string time)
    {
        var endpoint = kind == NameKind.Endpoint ? $"'{NameKind.Other}'" : "endpoint";
        var provider = kind == NameKind.Provider ? $"'{NameKind.Other}'" : "provider";
        return $"""
            INSERT INTO usage_{table} AS known
                (user_id, {time}, api_key_id, endpoint, provider, status_class, requests, tokens_used, cost_micros, errors, unpriced)
            SELECT $1, {time}, api_key_id, {endpoint}, {provider}, status_class,
                sum(requests), sum(tokens_used), sum(cost_micros), sum(errors), sum(unpriced)
            FROM {table} GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
            ON CONFLICT (user_id, {time}, api_key_id, endpoint, provider, status_class) {FoldSql.AddToKnown}
            """;
    }
}
