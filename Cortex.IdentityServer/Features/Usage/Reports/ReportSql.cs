namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>
/// The SQL of a report. It is one statement with one snapshot, so it counts each request once while a job folds <c>usage_deltas</c> into the sums.
/// </summary>
/// <param name="scope">Whose usage is counted.</param>
/// <param name="grouping">The grouping; null for a single series.</param>
internal sealed class ReportSql(ReportScope scope, ReportGrouping? grouping)
{
    private const string SumsOfSums = "sum(requests)::bigint, sum(tokens_used)::bigint, sum(cost_micros)::bigint, sum(errors)::bigint, sum(unpriced)::bigint";

    /// <summary>The same as the trigger that keeps the sums calculates.</summary>
    private const string SumsOfRows = """
        count(*), sum(coalesce(tokens_used, 0)), sum(CASE WHEN cost_usd <> 'NaN'::numeric THEN (cost_usd * 1000000)::bigint ELSE 0 END)::bigint,
                count(*) FILTER (WHERE coalesce(status_code >= 400, error_message IS NOT NULL)), count(*) FILTER (WHERE cost_usd = 'NaN'::numeric)
        """;

    /// <summary>The usage of a deleted user may still be being removed (decision 0025). The list is read once, and it is short.</summary>
    private const string IsOfAccount = "user_id <> ALL (ARRAY(SELECT id FROM users WHERE deleted_at IS NOT NULL)) AND ";

    private const string Names = "name, requests, tokens_used, cost_micros, errors, unpriced";

    /// <summary>
    /// Whether the largest groups have to be found by a statement of their own. Over all users there can be millions of groups, too many to count each of them
    /// in each interval.
    /// </summary>
    public bool HasManyGroups => scope.UserId is null && grouping is { HasFewGroups: false };

    /// <summary>Reads the points that have usage, unordered: the number of the interval, the text of the group, and the sums.</summary>
    public string Points =>
        grouping is null ? $"WITH {Counted("NULL::text", "NULL::text")} SELECT * FROM counted"
        : HasManyGroups ? $"WITH {Counted(LabelOfLargest(grouping.Sums), LabelOfLargest(grouping.Ledger))} SELECT * FROM counted"
        : $"""
            WITH {Counted(grouping.Sums, grouping.Ledger)},
            largest AS MATERIALIZED ({Largest(grouping)})
            SELECT number, CASE WHEN {grouping.IsNone("name")} THEN NULL
                WHEN name IN (SELECT name FROM largest) THEN {grouping.Label("name")} ELSE '{ReportGrouping.Other}' END, {SumsOfSums}
            FROM counted GROUP BY 1, 2
            """;

    /// <summary>Reads the texts of the largest groups, to which <see cref="Points"/> then compares each row.</summary>
    public string LargestGroups =>
        $"WITH {Counted(grouping!.Sums, grouping.Ledger)} SELECT {grouping.Label("name")} FROM ({Largest(grouping)}) AS largest";

    private string Owner => string.Concat(scope.UserId is null ? IsOfAccount : "user_id = @user AND ", scope.ApiKeyId is null ? "" : "api_key_id = @key AND ");

    /// <summary>
    /// No row is read if the key belongs to somebody else, because PostgreSQL could choose the index on the key, which may have millions of rows.
    /// </summary>
    private string OwnKey => scope is { UserId: not null, ApiKeyId: not null } ? "EXISTS (SELECT FROM api_keys WHERE id = @key AND user_id = @user) AND" : "";

    /// <summary>The groups with the most requests. A group that is itself named like the combined one is merged into it.</summary>
    private static string Largest(ReportGrouping grouping) => $"""
        SELECT name FROM counted WHERE NOT {grouping.IsNone("name")}
        GROUP BY name ORDER BY name::text = '{ReportGrouping.Other}', sum(requests) DESC, name LIMIT @limit
        """;

    private string LabelOfLargest(string value) => $"""
        CASE WHEN {grouping!.IsNone(value)} THEN NULL WHEN {value} = ANY (@largest::{grouping.Type}[]) THEN {grouping.Label(value)}
            ELSE '{ReportGrouping.Other}' END
        """;

    private string Counted(string sums, string ledger) => $"""
        quarters AS MATERIALIZED (
            SELECT range.number AS range, part.*
            FROM unnest(@quarter_starts, @quarter_ends) WITH ORDINALITY AS range (first, until, number) CROSS JOIN LATERAL (
                SELECT {sums}, {SumsOfSums} FROM usage_quarters WHERE {Owner} quarter >= range.first AND quarter < range.until GROUP BY 1)
                AS part ({Names})),
        parts (number, {Names}) AS (
            SELECT (@day_intervals)[width_bucket(day, @day_starts)], {sums}, {SumsOfSums}
            FROM usage_days WHERE {Owner} day >= @first_day AND day < @until_day GROUP BY 1, 2
            UNION ALL
            SELECT share.number, name, sign * requests, sign * tokens_used, sign * cost_micros, sign * errors, sign * unpriced
            FROM quarters JOIN unnest(@share_ranges, @share_intervals, @share_signs) AS share (range, number, sign) ON share.range = quarters.range
            UNION ALL
            SELECT width_bucket(quarter, @starts), {sums}, {SumsOfSums} FROM usage_deltas WHERE {Owner} quarter >= @first AND quarter < @until GROUP BY 1, 2
            UNION ALL
            SELECT range.number, part.*
            FROM unnest(@row_starts, @row_ends, @row_intervals) AS range (first, until, number) CROSS JOIN LATERAL (
                SELECT {ledger}, {SumsOfRows} FROM usage_logs
                WHERE {Owner} {OwnKey} {LedgerTime} >= range.first AND {LedgerTime} < range.until GROUP BY 1) AS part),
        counted (number, {Names}) AS MATERIALIZED (SELECT number, name, {SumsOfSums} FROM parts GROUP BY 1, 2 HAVING sum(requests) <> 0)
        """;

    /// <summary>One user's rows are read by an index on this expression, and those of all users by an index on the time.</summary>
    private string LedgerTime => scope.UserId is null ? "created_at" : "coalesce(created_at, '-infinity')";
}
