namespace Cortex.IdentityServer.Features.Usage.Sums;

/// <summary>The statement that moves a batch of <c>usage_deltas</c> to the sums.</summary>
internal static class FoldSql
{
    /// <summary>
    /// The maximum number of rows in a batch. A transaction takes about half a second, and an account that is being deleted waits no longer than that.
    /// </summary>
    public const int BatchSize = 20_000;

    private const string Sums = "sum(requests)::bigint AS requests, sum(tokens_used)::bigint AS tokens_used, sum(cost_micros)::bigint AS cost_micros, "
        + "sum(errors)::bigint AS errors, sum(unpriced)::bigint AS unpriced";

    /// <summary>The end of an <c>INSERT</c> into a table of sums, whose alias is <c>known</c>.</summary>
    public const string AddToKnown = """
        DO UPDATE SET requests = known.requests + excluded.requests, tokens_used = known.tokens_used + excluded.tokens_used,
            cost_micros = known.cost_micros + excluded.cost_micros, errors = known.errors + excluded.errors, unpriced = known.unpriced + excluded.unpriced
        """;

    /// <summary>
    /// Moves the rows after the id <c>$1</c>, except for those that the deletion of an account has locked. The result has one row for each user, and one for
    /// each list of names that is now too long, which has its month and kind. Names that a list doesn't have yet are added to it, the largest first; those
    /// beyond the limit are combined at once. Each table is written in the order of its key.
    /// </summary>
    /// <param name="targets">The tables of other features that get the same rows.</param>
    public static string Move(IEnumerable<IFoldTarget> targets) => $"""
        WITH moved AS (
            DELETE FROM usage_deltas
            WHERE id = ANY (ARRAY(SELECT id FROM usage_deltas WHERE id > $1 ORDER BY id LIMIT {BatchSize} FOR UPDATE SKIP LOCKED))
            RETURNING *),
        parts AS MATERIALIZED (
            SELECT user_id, date_trunc('month', quarter AT TIME ZONE 'UTC')::date AS month, quarter, api_key_id, endpoint, provider, status_class, {Sums}
            FROM moved GROUP BY 1, 2, 3, 4, 5, 6, 7),
        seen AS ({Seen(NameKind.Endpoint)} UNION ALL {Seen(NameKind.Provider)}),
        new_names AS MATERIALIZED (
            SELECT user_id, month, kind, name,
                row_number() OVER (PARTITION BY user_id, month, kind ORDER BY requests DESC, name)
                    <= CASE kind WHEN '{NameKind.Endpoint.Code}' THEN {NameKind.Endpoint.Limit} ELSE {NameKind.Provider.Limit} END AS is_kept
            FROM seen
            WHERE (
                SELECT true FROM usage_names AS known
                WHERE known.user_id = seen.user_id AND known.month = seen.month AND known.kind = seen.kind AND known.name = seen.name) IS NULL),
        kept_names AS (
            INSERT INTO usage_names (user_id, month, kind, name)
            SELECT user_id, month, kind, name FROM new_names WHERE is_kept ORDER BY 1, 2, 3, 4),
        named AS MATERIALIZED (
            SELECT parts.user_id, parts.month, quarter, api_key_id, CASE WHEN endpoints.name IS NULL THEN endpoint ELSE '{NameKind.Other}' END AS endpoint,
                CASE WHEN providers.name IS NULL THEN provider ELSE '{NameKind.Other}' END AS provider, status_class, {Sums}
            FROM parts {Combined(NameKind.Endpoint)} {Combined(NameKind.Provider)}
            GROUP BY 1, 2, 3, 4, 5, 6, 7),
        quarters AS (
            INSERT INTO usage_quarters AS known
                (user_id, quarter, api_key_id, endpoint, provider, status_class, requests, tokens_used, cost_micros, errors, unpriced)
            SELECT user_id, quarter, api_key_id, endpoint, provider, status_class, requests, tokens_used, cost_micros, errors, unpriced
            FROM named ORDER BY 1, 2, 3, 4, 5, 6
            ON CONFLICT (user_id, quarter, api_key_id, endpoint, provider, status_class) {AddToKnown}),
        days AS (
            INSERT INTO usage_days AS known (user_id, day, api_key_id, endpoint, provider, status_class, requests, tokens_used, cost_micros, errors, unpriced)
            SELECT user_id, (quarter AT TIME ZONE 'UTC')::date, api_key_id, endpoint, provider, status_class, {Sums}
            FROM named GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
            ON CONFLICT (user_id, day, api_key_id, endpoint, provider, status_class) {AddToKnown}),
        months AS (
            INSERT INTO usage_months AS known (user_id, month, api_key_id, requests, tokens_used, cost_micros, errors, unpriced)
            SELECT user_id, month, api_key_id, {Sums} FROM parts GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            ON CONFLICT (user_id, month, api_key_id) {AddToKnown}){string.Concat(targets.Select(target => $",\n{target.Name} AS (\n{target.Sql})"))}
        SELECT user_id, NULL::date, NULL::"char", (SELECT max(id) FROM moved), (SELECT count(*) FROM moved) FROM parts GROUP BY user_id
        UNION ALL
        SELECT user_id, month, kind, 0, 0 FROM new_names AS added
        WHERE is_kept AND month BETWEEN '0001-01-01' AND '9999-12-01' GROUP BY user_id, month, kind
        HAVING count(*) + (
            SELECT count(*) FROM usage_names AS known WHERE known.user_id = added.user_id AND known.month = added.month AND known.kind = added.kind)
            > 2 * CASE kind WHEN '{NameKind.Endpoint.Code}' THEN {NameKind.Endpoint.Limit} ELSE {NameKind.Provider.Limit} END
        """;

    /// <summary>The names in the batch, with the number of their requests.</summary>
    private static string Seen(NameKind kind) => $"""
        SELECT user_id, month, '{kind.Code}'::"char" AS kind, {kind.Column} AS name, sum(requests) AS requests
        FROM parts WHERE {kind.Column} NOT IN ({kind.Exempt}) GROUP BY 1, 2, 4
        """;

    /// <summary>Joins the new names that aren't kept.</summary>
    private static string Combined(NameKind kind) => $"""
        LEFT JOIN new_names AS {kind.Column}s ON NOT {kind.Column}s.is_kept AND {kind.Column}s.kind = '{kind.Code}'
            AND {kind.Column}s.user_id = parts.user_id AND {kind.Column}s.month = parts.month AND {kind.Column}s.name = parts.{kind.Column}
        """;
}
