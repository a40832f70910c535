namespace Cortex.IdentityServer.Features.Usage.Removal;

/// <summary>The statements that remove a tombstone, a batch at a time.</summary>
/// <remarks>
/// Each is a transaction of its own, takes the lock that makes one replica work at a time, and returns whether it got it and the number of rows. Parameters:
/// <c>@lock</c>, the key of the advisory lock, and <c>@user</c>.
/// </remarks>
internal static class RemovalSql
{
    private const int BatchSize = 5_000;

    /// <summary>The tombstone that was created first, except for <c>$1</c>.</summary>
    public const string Next = "SELECT id FROM users WHERE deleted_at IS NOT NULL AND id <> ALL ($1) ORDER BY deleted_at LIMIT 1";

    /// <summary>
    /// Deletes usage after the position <c>@time</c> and <c>@id</c>, and also returns the position of the last row. Without the position, each batch would read
    /// the index entries of all rows that earlier batches deleted. Rows that another transaction deletes are skipped, so that neither waits for the other.
    /// </summary>
    public static readonly string Logs = $"""
        WITH {Turn}, page AS MATERIALIZED (
            SELECT id, coalesce(created_at, '-infinity') AS time FROM usage_logs
            WHERE (TABLE turn) AND user_id = @user AND (coalesce(created_at, '-infinity'), id) > (@time, @id)
            ORDER BY coalesce(created_at, '-infinity'), id LIMIT {BatchSize} FOR UPDATE SKIP LOCKED),
        removed AS (DELETE FROM usage_logs WHERE id = ANY (ARRAY(SELECT id FROM page)) RETURNING id)
        SELECT is_ours, (SELECT count(*) FROM removed), last.time, last.id
        FROM turn LEFT JOIN (SELECT time, id FROM page ORDER BY time DESC, id DESC LIMIT 1) AS last ON true
        """;

    /// <summary>
    /// The remaining statements, in order; each is repeated until there are no more rows. The differences come first: a delete waits for the job that folds
    /// them, so that the next statement sees the sums that it wrote.
    /// </summary>
    public static readonly IReadOnlyList<string> Others =
    [
        Detach,
        Sums("usage_deltas", "quarter"),
        Sums("usage_quarters", "quarter"),
        Sums("usage_days", "day"),
        Sums("usage_months", "month"),
        Sums("usage_names", "month"),
    ];

    /// <summary>Deletes the tombstone itself and, by foreign keys and triggers, what was added for it in the meantime.</summary>
    public static readonly string Account = $"""
        WITH {Turn}, removed AS (DELETE FROM users WHERE (TABLE turn) AND id = @user AND deleted_at IS NOT NULL RETURNING id)
        SELECT is_ours, (SELECT count(*) FROM removed) FROM turn
        """;

    /// <summary>The whole statement sees one result, because the lock is tried once.</summary>
    private const string Turn = "turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(@lock) AS is_ours)";

    /// <summary>
    /// Does what the foreign key does when a key is deleted, for usage that another program recorded with a key of this account but for another user.
    /// </summary>
    private static string Detach => $"""
        WITH {Turn}, page AS MATERIALIZED (
            SELECT used.id FROM api_keys CROSS JOIN LATERAL (
                SELECT id FROM usage_logs WHERE api_key_id = api_keys.id ORDER BY coalesce(created_at, '-infinity'), id LIMIT {BatchSize}) AS used
            WHERE (TABLE turn) AND api_keys.user_id = @user LIMIT {BatchSize}),
        detached AS (UPDATE usage_logs SET api_key_id = NULL WHERE id = ANY (ARRAY(SELECT id FROM page)) RETURNING id)
        SELECT is_ours, (SELECT count(*) FROM detached) FROM turn
        """;

    private static string Sums(string table, string order) => $"""
        WITH {Turn}, page AS MATERIALIZED (
            SELECT ctid FROM {table} WHERE (TABLE turn) AND user_id = @user ORDER BY {order} LIMIT {BatchSize} FOR UPDATE),
        removed AS (DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM page)) RETURNING user_id)
        SELECT is_ours, (SELECT count(*) FROM removed) FROM turn
        """;
}
