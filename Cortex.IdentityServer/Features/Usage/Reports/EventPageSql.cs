namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>The SQL of one page of events.</summary>
/// <remarks>
/// The rows of a user, and those of an API key, have indexes in the order of the page. Other filters have none: a page compares a limited number of rows with
/// them and says where it ended, so that no request reads millions of rows. Limits are literals, because PostgreSQL otherwise expects a tenth of the table.
/// </remarks>
/// <param name="filter">The events to read.</param>
/// <param name="isOfKey">Whether only the events of one API key are read.</param>
/// <param name="isContinued">Whether the page starts after a position.</param>
/// <param name="limit">The maximum number of events.</param>
/// <param name="scanned">The number of rows that are compared with a filter without an index.</param>
internal sealed class EventPageSql(EventFilter filter, bool isOfKey, bool isContinued, int limit, int scanned)
{
    /// <summary>Rows without a time, which other programs may have stored, come last. Indexes have this expression.</summary>
    private const string Time = "coalesce(created_at, '-infinity')";

    private const string Columns = "id, api_key_id, endpoint, tokens_used, cost_usd, provider, response_time_ms, status_code, error_message, created_at";

    private const string Cost = "CASE WHEN cost_usd <> 'NaN'::numeric THEN trim_scale(cost_usd) END";

    private const string Order = "stored DESC, id DESC";

    /// <summary>Reads the events, followed by the last row that was compared if there may be more.</summary>
    public string Text => !filter.NeedsScan
        ? Select($"SELECT *, false AS is_end FROM ({Rows(limit)}) AS found")
        : $"""
            WITH scanned AS MATERIALIZED ({Rows(scanned)})
            {Select($"""
                (SELECT *, false AS is_end FROM scanned WHERE {Matches} ORDER BY {Order} LIMIT {limit})
                UNION ALL
                (SELECT *, true FROM scanned ORDER BY {Order} OFFSET {scanned - 1})
                """)}
            """;

    /// <summary>
    /// The comparison with the user can't use the user's index if the key's is to be used. The planner could otherwise choose the one with more rows. Nothing
    /// is read if the key belongs to somebody else, who may have millions of rows.
    /// </summary>
    private string Owner => isOfKey
        ? "api_key_id = @key AND user_id IS NOT DISTINCT FROM @user AND EXISTS (SELECT FROM api_keys WHERE id = @key AND user_id = @user)"
        : "user_id = @user";

    private string Period => string.Concat(
        filter.From is null ? "" : $" AND {Time} >= @from",
        filter.To is null ? "" : $" AND {Time} < @to",

        // A row without a finite time isn't in any period.
        filter.From is null && filter.To is null ? "" : " AND isfinite(created_at)",
        isContinued ? $" AND ({Time}, id) < (@time, @id)" : "");

    private string Matches => string.Join(" AND ", new[]
    {
        filter.Endpoint is null ? null : "endpoint = @endpoint",
        filter.Provider is null ? null : "provider = @provider",
        filter.StatusCode is null ? null : "status_code = @status",
        filter.IsError ? "coalesce(status_code >= 400, error_message IS NOT NULL)" : null,
    }.OfType<string>());

    private static string Select(string rows) => $"""
        SELECT id, api_key_id, endpoint, tokens_used, {Cost}, provider, response_time_ms, status_code, error_message, created_at, stored, is_end
        FROM ({rows}) AS events ORDER BY {Order}, is_end
        """;

    private string Rows(int count) =>
        $"SELECT {Columns}, {Time} AS stored FROM usage_logs WHERE {Owner}{Period} ORDER BY {Time} DESC, id DESC LIMIT {count}";
}
