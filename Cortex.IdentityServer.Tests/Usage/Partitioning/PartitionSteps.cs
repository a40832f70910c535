using Cortex.IdentityServer.Features.Usage.Partitioning;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Tests.Usage.Sums;

namespace Cortex.IdentityServer.Tests.Usage.Partitioning;

/// <summary>Writes usage whose ids are UUIDv7 or others, and partitions it.</summary>
internal static class PartitionSteps
{
    /// <summary>Lists everything that programs see of the table, one fact a line.</summary>
    public const string Definition = """
        SELECT string_agg(line, E'\n' ORDER BY line) FROM (
            SELECT concat_ws(' ', 'column', c.*) AS line FROM information_schema.columns AS c WHERE table_name = 'usage_logs'
            UNION ALL
            -- The name of a NOT NULL constraint contains the OID of the table.
            SELECT concat_ws(' ', 'constraint', regexp_replace(c::text, '\d+_\d+_(\d+_not_null)', '\1'))
            FROM information_schema.table_constraints AS c WHERE table_name = 'usage_logs'
            UNION ALL SELECT concat_ws(' ', 'key', c.*) FROM information_schema.key_column_usage AS c WHERE table_name = 'usage_logs'
            UNION ALL
            SELECT concat_ws(' ', 'reference', c.*) FROM information_schema.referential_constraints AS c
            WHERE constraint_name IN (SELECT conname FROM pg_constraint WHERE conrelid = 'usage_logs'::regclass)
            UNION ALL
            SELECT concat_ws(' ', 'rule', conname, contype, condeferrable, condeferred, convalidated, confupdtype, confdeltype, confmatchtype,
                confrelid::regclass, conkey, confkey, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint'))
            FROM pg_constraint WHERE conrelid = 'usage_logs'::regclass
            UNION ALL
            SELECT concat_ws(' ', 'index', replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON '), indisvalid, indisprimary,
                obj_description(indexrelid, 'pg_class'))
            FROM pg_index WHERE indrelid = 'usage_logs'::regclass
            UNION ALL
            SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE tgrelid = 'usage_logs'::regclass AND NOT tgisinternal
            UNION ALL
            SELECT concat_ws(' ', 'table', relowner::regrole, relacl, relreplident, relrowsecurity, obj_description(oid, 'pg_class'))
            FROM pg_class WHERE oid = 'usage_logs'::regclass
            UNION ALL
            SELECT concat_ws(' ', 'grants', attname, attacl, col_description(attrelid, attnum)) FROM pg_attribute
            WHERE attrelid = 'usage_logs'::regclass AND attnum > 0 AND NOT attisdropped) AS lines
        """;

    /// <summary>The number of rows and a hash of all their values.</summary>
    public const string Content = "SELECT count(*) || ' ' || md5(string_agg(u::text, E'\\n' ORDER BY id)) FROM usage_logs AS u";

    public const string IsPartitioned = "SELECT relkind = 'p' FROM pg_class WHERE oid = 'usage_logs'::regclass";

    /// <summary>An id of the time <c>t</c>, as this server makes them.</summary>
    private const string Version7 = """
        (lpad(to_hex((extract(epoch FROM t) * 1000)::bigint), 12, '0') || '7' || substr(md5(i || t::text), 1, 3)
            || '8' || substr(md5(i || t::text), 4, 15))::uuid
        """;

    /// <summary>Writes rows of the last days, evenly distributed; each tenth has another kind of id.</summary>
    public static Task<int> WriteUsageAsync(this UsageDatabase database, Guid user, Guid key, int rows, int days = 90) => database.RunAsync(
        $"""
        INSERT INTO usage_logs (id, user_id, api_key_id, endpoint, tokens_used, cost_usd, provider, status_code, created_at)
        SELECT CASE WHEN i % 10 = 0 THEN gen_random_uuid() ELSE {Version7} END, $1, $2, '/v1/' || i % 9, i, i / 1000000.0, 'openai', 200, t
        FROM generate_series(1, $3) AS i, LATERAL (SELECT now() - i * (make_interval(days => $4) / $3) AS t) AS times
        """,
        user,
        key,
        rows,
        days);

    /// <summary>Writes a row with an id of one time, and another time in <c>created_at</c>.</summary>
    public static Task<int> WriteRowAsync(
        this UsageDatabase database, Guid user, string endpoint, DateTime idTime, DateTime? createdAt, string table = "usage_logs") => database.RunAsync(
            $"INSERT INTO {table} (id, user_id, endpoint, created_at) SELECT {Version7}, $1, $2, $4 FROM (SELECT $2 AS i, $3 AS t) AS one",
            user,
            endpoint,
            idTime,
            createdAt is { } time ? time : DBNull.Value);

    public static UsagePartitioning CreatePartitioning(this UsageDatabase database) =>
        new(database.Source, LockTimeouts.Default with { RetryDelay = TimeSpan.FromMilliseconds(200), Total = TimeSpan.FromSeconds(60) });

    public static async Task PartitionAsync(this UsageDatabase database) =>
        Assert.IsType<PartitionResult.Done>(await database.CreatePartitioning().RunAsync(_ => { }, TestContext.Current.CancellationToken));

    /// <summary>Returns the partition that holds the rows of an endpoint.</summary>
    public static Task<string> PartitionOfAsync(this UsageDatabase database, string endpoint) =>
        database.ReadAsync<string>("SELECT string_agg(DISTINCT tableoid::regclass::text, ' ') FROM usage_logs WHERE endpoint = $1", endpoint);
}
