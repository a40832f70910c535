using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Partitioning;

/// <summary>Reads what stands in the way of partitioning <c>usage_logs</c>, and how far an earlier run got.</summary>
internal static class PartitionChecks
{
    private const string Stage = """
        SELECT CASE
            WHEN relkind = 'p' AND to_regclass('usage_logs_replaced') IS NOT NULL THEN 2
            WHEN relkind = 'p' THEN 3
            WHEN to_regclass('usage_logs_copy_state') IS NOT NULL THEN 1
            ELSE 0 END
        FROM pg_class WHERE oid = to_regclass('usage_logs')
        """;

    /// <summary>What a copy couldn't have, or what would keep referring to the table itself instead of the copy.</summary>
    private const string Reasons = """
        WITH ours AS (SELECT pg_class.*, pg_class.oid AS id FROM pg_class WHERE oid = to_regclass('usage_logs'))
        SELECT format('The table usage_logs is owned by %I. Run the command as that role, or as a member of it.', pg_get_userbyid(relowner))
        FROM ours WHERE NOT pg_has_role(relowner, 'USAGE')
        UNION ALL SELECT 'Row-level security is enabled on usage_logs. Disable it first.' FROM ours WHERE relrowsecurity
        UNION ALL SELECT 'The replica identity of usage_logs is not the default. Run ALTER TABLE usage_logs REPLICA IDENTITY DEFAULT first.'
        FROM ours WHERE relreplident <> 'd'
        UNION ALL SELECT 'The table usage_logs has a tablespace of its own. Run ALTER TABLE usage_logs SET TABLESPACE pg_default first.'
        FROM ours WHERE reltablespace <> 0
        UNION ALL SELECT 'The table usage_logs is part of an inheritance tree. Separate the tables first.'
        FROM ours WHERE EXISTS (SELECT FROM pg_inherits WHERE id IN (inhrelid, inhparent))
        UNION ALL
        SELECT format('The publication %I includes usage_logs, and its subscribers do not have the partitions. Remove the table from it first.', pubname)
        FROM ours JOIN pg_publication_tables ON schemaname = (SELECT nspname FROM pg_namespace WHERE oid = relnamespace) AND tablename = relname
        UNION ALL
        SELECT format('The unique index %s does not include the id, so a partitioned table cannot have it. Drop it first.', indexrelid::regclass)
        FROM ours JOIN pg_index ON indrelid = id
        WHERE indisunique AND NOT (SELECT attnum FROM pg_attribute WHERE attrelid = id AND attname = 'id') = ANY (indkey[0:indnkeyatts - 1])
        UNION ALL SELECT format('The index %s is invalid. Drop it first, or run REINDEX.', indexrelid::regclass)
        FROM ours JOIN pg_index ON indrelid = id WHERE NOT indisvalid
        UNION ALL SELECT format('The constraint %I of usage_logs excludes rows or is not validated. Drop it first, or validate it.', conname)
        FROM ours JOIN pg_constraint ON conrelid = id WHERE contype = 'x' OR NOT convalidated
        UNION ALL SELECT format('The column %I of usage_logs is an identity column. Make it an ordinary column first.', attname)
        FROM ours JOIN pg_attribute ON attrelid = id WHERE attidentity <> '' AND NOT attisdropped
        UNION ALL
        SELECT format('The %s depends on usage_logs. Drop it first; it can be created again afterwards.', description)
        FROM (
            SELECT DISTINCT coalesce(
                (SELECT CASE relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' ELSE 'rule ' || rulename || ' on ' END || ev_class::regclass
                 FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class WHERE classid = 'pg_rewrite'::regclass AND pg_rewrite.oid = objid),
                pg_describe_object(classid, objid, 0)) AS description
            FROM ours JOIN pg_depend ON (refclassid = 'pg_class'::regclass AND refobjid = id) OR (refclassid = 'pg_type'::regclass AND refobjid = reltype)
            WHERE NOT (classid = 'pg_class'::regclass AND (objid = reltoastrelid OR objid IN (SELECT indexrelid FROM pg_index WHERE indrelid = id)))
                AND NOT (classid = 'pg_constraint'::regclass AND objid IN (SELECT oid FROM pg_constraint WHERE conrelid = id))
                AND NOT (classid = 'pg_attrdef'::regclass AND objid IN (SELECT oid FROM pg_attrdef WHERE adrelid = id))
                AND NOT (classid = 'pg_type'::regclass AND (objid = reltype OR objid = (SELECT typarray FROM pg_type WHERE oid = reltype)))
                AND NOT (classid = 'pg_trigger'::regclass
                    AND objid IN (SELECT oid FROM pg_trigger WHERE tgrelid = id AND (tgisinternal OR tgname LIKE 'cortex\_%')))) AS dependents
        WHERE description NOT LIKE 'publication of %'
        """;

    /// <summary>Names that are needed and that something else has.</summary>
    private const string TakenNames = """
        SELECT format('The name %s is needed for the partitions. Rename what has it.', oid::regclass) FROM pg_class
        WHERE relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('usage_logs'))
            AND (relname IN ('usage_logs_default', 'usage_logs_other', 'usage_logs_replaced') OR relname LIKE 'usage\_logs\_copy%'
                OR relname ~ '^usage_logs_[0-9]{4}_[0-9]{2}$')
        """;

    /// <summary>A hash of everything that the copy has to have.</summary>
    private const string Definition = """
        WITH ours AS (SELECT pg_class.*, pg_class.oid AS id FROM pg_class WHERE oid = to_regclass('usage_logs'))
        SELECT md5(string_agg(line, E'\n' ORDER BY line)) FROM (
            SELECT concat_ws(' ', relowner, relacl, reloptions, obj_description(id, 'pg_class')) AS line FROM ours
            UNION ALL
            SELECT concat_ws(' ', attnum, attname, format_type(atttypid, atttypmod), attnotnull, attcollation, attacl, attgenerated,
                pg_get_expr(adbin, adrelid), col_description(id, attnum))
            FROM ours JOIN pg_attribute ON attrelid = id LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attnum > 0 AND NOT attisdropped
            UNION ALL
            SELECT concat_ws(' ', conname, pg_get_constraintdef(pg_constraint.oid), obj_description(pg_constraint.oid, 'pg_constraint'))
            FROM ours JOIN pg_constraint ON conrelid = id
            UNION ALL
            SELECT concat_ws(' ', pg_get_indexdef(indexrelid), obj_description(indexrelid, 'pg_class')) FROM ours JOIN pg_index ON indrelid = id
            UNION ALL
            SELECT pg_get_triggerdef(pg_trigger.oid) FROM ours JOIN pg_trigger ON tgrelid = id
            WHERE NOT tgisinternal AND tgname NOT LIKE 'cortex\_note\_%') AS lines
        """;

    public static async Task<PartitionStage> ReadStageAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (PartitionStage)await PartitionSession.ReadAsync<int>(connection, Stage, cancellationToken);

    public static Task<string> ReadDefinitionAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        PartitionSession.ReadAsync<string>(connection, Definition, cancellationToken);

    /// <summary>Returns whether the table's definition has changed since the copy was created.</summary>
    public static async Task<bool> IsOutdatedAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await PartitionSession.ReadAsync<string>(connection, "SELECT definition FROM usage_logs_copy_state", cancellationToken)
        != await ReadDefinitionAsync(connection, cancellationToken);

    /// <param name="connection">A connection in a transaction.</param>
    /// <param name="isNew">True if nothing of the command's own exists yet.</param>
    /// <param name="cancellationToken">Canceled when the operator interrupts the command.</param>
    public static async Task<IReadOnlyList<string>> ReadReasonsAsync(NpgsqlConnection connection, bool isNew, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(isNew ? $"{Reasons} UNION ALL {TakenNames}" : Reasons, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var reasons = new List<string>();
        while (await row.ReadAsync(cancellationToken))
        {
            reasons.Add(row.GetString(0));
        }

        return reasons;
    }
}
