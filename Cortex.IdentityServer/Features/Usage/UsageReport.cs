using Npgsql;

namespace Cortex.IdentityServer.Features.Usage;

/// <summary>Aggregates the <c>usage_logs</c> of one user by time and, optionally, by group, in one statement.</summary>
internal sealed class UsageReport(NpgsqlDataSource database)
{
    /// <summary>The maximum number of groups, those with the most requests; the others are combined into <see cref="Other"/>.</summary>
    public const int MaxGroups = 100;

    /// <summary>
    /// False for a cost that isn't a finite number, and null for a row without a cost. Other programs may store NaN, which would make every sum NaN;
    /// PostgreSQL sorts it after infinity.
    /// </summary>
    internal const string IsPriced = "(cost_usd > '-Infinity' AND cost_usd < 'Infinity')";

    private const string Other = "other";

    /// <summary>The maximum number of points over all groups; a series with many intervals shows fewer groups.</summary>
    private const int MaxPoints = 20_000;

    private static readonly Dictionary<string, string> Columns = new()
    {
        ["endpoint"] = "endpoint",
        ["provider"] = "provider",
        ["api_key"] = "api_key_id::text",
    };

    public static IReadOnlyCollection<string> Groups => Columns.Keys;

    /// <param name="userId">The user's id.</param>
    /// <param name="period">The period and its intervals.</param>
    /// <param name="groupBy">One of <see cref="Groups"/>, or null.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    /// <returns>Null if there is no such user.</returns>
    public async Task<UsageReportResponse?> ReadAsync(Guid userId, UsagePeriod period, string? groupBy, CancellationToken cancellationToken)
    {
        var starts = period.Starts;
        if (await CountAsync(userId, period, starts, groupBy, cancellationToken) is not { } counted)
        {
            return null;
        }

        var groups = groupBy is null ? [null] : counted.GroupBy(point => point.Group)
            .OrderBy(group => group.Key == Other)
            .ThenByDescending(group => group.Sum(point => point.Requests))
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.Key).ToList();
        var known = counted.ToDictionary(point => (point.Start, point.Group));
        return new(
            period.From,
            period.To,
            period.Granularity,
            groupBy,
            new(
                counted.Sum(point => point.Requests),
                counted.Sum(point => point.TokensUsed),
                counted.Sum(point => point.CostUsd),
                counted.Sum(point => point.Errors),
                counted.Sum(point => point.Unpriced)),
            [.. starts.SelectMany(_ => groups, (start, group) => known.GetValueOrDefault((start, group)) ?? new(start, group, 0, 0, 0, 0, 0))]);
    }

    /// <summary>Reads the points that have usage, unordered; null if there is no such user.</summary>
    private async Task<List<UsagePoint>?> CountAsync(
        Guid userId, UsagePeriod period, IReadOnlyList<DateTimeOffset> starts, string? groupBy, CancellationToken cancellationToken)
    {
        DateTimeOffset[] edges = starts.Count == 0 ? [period.From] : [period.From, .. starts.Skip(1), period.To];
        await using var command = database.CreateCommand(Sql(groupBy is null ? "NULL::text" : Columns[groupBy]));
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = period.From });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = period.To });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { TypedValue = edges[..^1] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { TypedValue = edges[1..] });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Math.Clamp(MaxPoints / edges.Length, 1, MaxGroups) });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        List<UsagePoint>? points = null;
        while (await row.ReadAsync(cancellationToken))
        {
            points ??= [];

            // A user without usage yields one empty row.
            if (!await row.IsDBNullAsync(0, cancellationToken))
            {
                var group = await row.IsDBNullAsync(1, cancellationToken) ? null : row.GetString(1);
                points.Add(new(starts[(int)row.GetInt64(0) - 1], group, row.GetInt64(2), row.GetInt64(3), row.GetDecimal(4), row.GetInt64(5), row.GetInt64(6)));
            }
        }

        return points;
    }

    /// <remarks>
    /// Each interval is a range of the index with few groups, so nothing has to be sorted and memory doesn't grow with the usage. A group that is itself named
    /// like the combined one is merged into it.
    /// </remarks>
    private static string Sql(string group) => $"""
        WITH largest AS MATERIALIZED (
            SELECT {group} AS name FROM usage_logs WHERE user_id = $1 AND created_at >= $2 AND created_at < $3 AND {group} IS NOT NULL
            GROUP BY 1 ORDER BY {group} = '{Other}', count(*) DESC, 1 LIMIT $6)
        SELECT piece.number, part.* FROM users LEFT JOIN (
            unnest($4, $5) WITH ORDINALITY AS piece(start, stop, number) CROSS JOIN LATERAL (
                SELECT CASE WHEN {group} IS NULL OR {group} IN (TABLE largest) THEN {group} ELSE '{Other}' END AS name, count(*), sum(coalesce(tokens_used, 0)),
                    trim_scale(sum(CASE WHEN {IsPriced} THEN cost_usd ELSE 0 END)), count(*)
                        FILTER (WHERE coalesce(status_code >= 400, error_message IS NOT NULL)),
                    count(*) FILTER (WHERE NOT {IsPriced})
                FROM usage_logs WHERE user_id = $1 AND created_at >= piece.start AND created_at < piece.stop GROUP BY 1) AS part) ON true
        WHERE users.id = $1
        """;
}
