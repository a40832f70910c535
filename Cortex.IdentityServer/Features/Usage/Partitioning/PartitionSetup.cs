using System.Globalization;
using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Partitioning;

/// <summary>Creates the copy, whose partitions are empty at first, and the triggers that note which rows of <c>usage_logs</c> change.</summary>
internal static class PartitionSetup
{
    /// <summary>A month with fewer rows than this gets no partition: some services choose ids, whose times may be arbitrary.</summary>
    private const int MinRows = 1_000;

    private static readonly string Copy = $"""
        CREATE TABLE usage_logs_copy (
            LIKE usage_logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING COMMENTS)
            PARTITION BY RANGE (id);
        CREATE TABLE usage_logs_copy_changes (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid, is_new boolean NOT NULL);
        CREATE TABLE usage_logs_copy_state (
            definition text NOT NULL, indexes jsonb NOT NULL, filenode bigint NOT NULL, blocks bigint NOT NULL, next_block bigint NOT NULL,
            copied bigint NOT NULL);
        DO $do$
        DECLARE
            old CONSTANT oid := to_regclass('usage_logs')::oid;
            options CONSTANT text := (SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = old);
            indexes jsonb := '[]';
            one record;
            name text;
        BEGIN
            EXECUTE format('ALTER TABLE usage_logs_copy OWNER TO %s', (SELECT relowner::regrole FROM pg_class WHERE oid = old));
            EXECUTE format('COMMENT ON TABLE usage_logs_copy IS %L', obj_description(old, 'pg_class'));
            FOR one IN SELECT DISTINCT grantee FROM pg_class, aclexplode(relacl) WHERE oid = 'usage_logs_copy'::regclass AND grantee <> relowner LOOP
                EXECUTE format('REVOKE ALL ON usage_logs_copy FROM %s', {Grantee});
            END LOOP;
            FOR one IN
                SELECT grantee, privilege_type, is_grantable, '' AS columns FROM pg_class, aclexplode(relacl) WHERE oid = old AND grantee <> relowner
                UNION ALL
                SELECT grantee, privilege_type, is_grantable, format(' (%I)', attname) FROM pg_attribute, aclexplode(attacl) WHERE attrelid = old
            LOOP
                EXECUTE format('GRANT %s%s ON usage_logs_copy TO %s%s', one.privilege_type, one.columns, {Grantee},
                    CASE WHEN one.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
            END LOOP;
            FOR one IN
                SELECT relname, indexrelid, indisunique, pg_get_indexdef(indexrelid) AS definition, pg_get_constraintdef(pg_constraint.oid) AS rule,
                    obj_description(indexrelid, 'pg_class') AS comment, obj_description(pg_constraint.oid, 'pg_constraint') AS rule_comment
                FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid LEFT JOIN pg_constraint ON conindid = indexrelid AND conrelid = old
                WHERE indrelid = old ORDER BY indexrelid
            LOOP
                name := 'usage_logs_copy_' || jsonb_array_length(indexes);
                IF one.rule IS NULL THEN
                    EXECUTE format('CREATE %s INDEX %I ON usage_logs_copy USING %s', CASE WHEN one.indisunique THEN 'UNIQUE' ELSE '' END, name,
                        substr(one.definition, strpos(one.definition, ' USING ') + length(' USING ')));
                ELSE
                    EXECUTE format('ALTER TABLE usage_logs_copy ADD CONSTRAINT %I %s', name, one.rule);
                    EXECUTE format('COMMENT ON CONSTRAINT %I ON usage_logs_copy IS %L', name, one.rule_comment);
                END IF;
                EXECUTE format('COMMENT ON INDEX %I IS %L', name, one.comment);
                indexes := indexes || jsonb_build_array(one.relname);
            END LOOP;

            -- Ids of later times than any month that there will be, which are nearly all that aren't UUIDv7. So the default partition, which is searched
            -- whenever a month is added, stays small.
            PERFORM cortex_usage_partition('usage_logs_copy'::regclass, 'usage_logs_other', cortex_usage_bound('2100-01-01 00:00:00+00'), NULL);
            PERFORM cortex_usage_partition('usage_logs_copy'::regclass, 'usage_logs_default', NULL, NULL);
            FOR one IN
                SELECT month::timestamp AS first FROM unnest($months$MONTHS$months$::text[]) AS month
                UNION SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead) FROM generate_series(0, 3) AS ahead ORDER BY 1
            LOOP
                PERFORM cortex_usage_partition(
                    'usage_logs_copy'::regclass, 'usage_logs_' || to_char(one.first, 'YYYY_MM'), cortex_usage_bound(one.first AT TIME ZONE 'UTC'),
                    cortex_usage_bound((one.first + interval '1 month') AT TIME ZONE 'UTC'));
            END LOOP;
            IF options <> '' THEN
                FOR one IN SELECT inhrelid::regclass AS part FROM pg_inherits WHERE inhparent = 'usage_logs_copy'::regclass LOOP
                    EXECUTE format('ALTER TABLE %s SET (%s)', one.part, options);
                END LOOP;
            END IF;
            INSERT INTO usage_logs_copy_state VALUES ('', indexes, 0, 0, 0, 0);
        END $do$;
        """;

    /// <summary>The part that locks tables others use. With the foreign keys, a deletion of a user or key also reaches the copy.</summary>
    private const string Connect = """
        DO $do$
        DECLARE
            one record;
            part text;
        BEGIN
            -- Users before keys, as in a deletion.
            FOR one IN
                SELECT DISTINCT confrelid::regclass::text AS target FROM pg_constraint
                WHERE conrelid = to_regclass('usage_logs') AND contype = 'f' ORDER BY 1 DESC
            LOOP
                EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', one.target);
            END LOOP;
            LOCK TABLE usage_logs IN SHARE ROW EXCLUSIVE MODE;
            FOR one IN
                SELECT conname, pg_get_constraintdef(oid) AS rule, obj_description(oid, 'pg_constraint') AS comment FROM pg_constraint
                WHERE conrelid = to_regclass('usage_logs') AND contype = 'f' ORDER BY oid
            LOOP
                -- As cortex_usage_partition names them.
                FOR part IN SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'usage_logs_copy'::regclass LOOP
                    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s', part,
                        left(part || '_' || regexp_replace(one.conname::text, '^usage_logs_', ''), 63), one.rule);
                END LOOP;
                EXECUTE format('ALTER TABLE usage_logs_copy ADD CONSTRAINT %I %s', one.conname, one.rule);
                EXECUTE format('COMMENT ON CONSTRAINT %I ON usage_logs_copy IS %L', one.conname, one.comment);
            END LOOP;
        END $do$;
        CREATE FUNCTION cortex_note_usage_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                INSERT INTO usage_logs_copy_changes (id, is_new) VALUES (NULL, false);
            ELSE
                INSERT INTO usage_logs_copy_changes (id, is_new) SELECT id, TG_OP = 'INSERT' FROM changed;
            END IF;
            RETURN NULL;
        END $$;
        REVOKE EXECUTE ON FUNCTION cortex_note_usage_change FROM PUBLIC;
        DO $do$
        BEGIN
            EXECUTE format('ALTER FUNCTION cortex_note_usage_change SET search_path = %I, pg_temp', current_schema());
        END $do$;
        CREATE TRIGGER cortex_note_insert AFTER INSERT ON usage_logs REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
            EXECUTE FUNCTION cortex_note_usage_change();
        CREATE TRIGGER cortex_note_delete AFTER DELETE ON usage_logs REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
            EXECUTE FUNCTION cortex_note_usage_change();
        CREATE TRIGGER cortex_note_update AFTER UPDATE ON usage_logs REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
            EXECUTE FUNCTION cortex_note_usage_change();
        CREATE TRIGGER cortex_note_updated AFTER UPDATE ON usage_logs REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
            EXECUTE FUNCTION cortex_note_usage_change();
        CREATE TRIGGER cortex_note_truncate AFTER TRUNCATE ON usage_logs FOR EACH STATEMENT EXECUTE FUNCTION cortex_note_usage_change();
        """;

    private const string Grantee = "CASE one.grantee WHEN 0::oid THEN 'PUBLIC' ELSE one.grantee::regrole::text END";

    /// <summary>The months of UUIDv7 in the table.</summary>
    private static readonly string Months = $"""
        SELECT coalesce(array_agg(month::text ORDER BY month), ARRAY[]::text[])::text FROM (
            SELECT date_trunc('month', to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0) AT TIME ZONE 'UTC') AS month
            FROM usage_logs WHERE id >= cortex_usage_bound('2000-01-01 00:00:00+00') AND id < cortex_usage_bound('2100-01-01 00:00:00+00')
                AND substr(id::text, 15, 1) = '7'
            GROUP BY 1 HAVING count(*) >= {MinRows.ToString(CultureInfo.InvariantCulture)}) AS months
        """;

    /// <summary>Records what the copy corresponds to. From here on, every change of the table is noted.</summary>
    private const string Record = """
        UPDATE usage_logs_copy_state SET definition = $1, filenode = pg_relation_filenode('usage_logs'),
            blocks = pg_relation_size('usage_logs') / current_setting('block_size')::bigint
        """;

    /// <summary>Removes the copy and everything that belongs to it.</summary>
    public const string Remove = """
        DROP TRIGGER IF EXISTS cortex_note_insert ON usage_logs;
        DROP TRIGGER IF EXISTS cortex_note_delete ON usage_logs;
        DROP TRIGGER IF EXISTS cortex_note_update ON usage_logs;
        DROP TRIGGER IF EXISTS cortex_note_updated ON usage_logs;
        DROP TRIGGER IF EXISTS cortex_note_truncate ON usage_logs;
        DROP FUNCTION IF EXISTS cortex_note_usage_change;
        DROP TABLE IF EXISTS usage_logs_copy, usage_logs_copy_changes, usage_logs_copy_state;
        """;

    /// <summary>Finds the months, which takes as long as reading the primary key.</summary>
    public static Task<string> ReadMonthsAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        PartitionSession.ReadAsync<string>(connection, Months, cancellationToken);

    public static async Task CreateAsync(NpgsqlConnection connection, string months, CancellationToken cancellationToken)
    {
        await PartitionSession.RunAsync(connection, Copy.Replace("MONTHS", months, StringComparison.Ordinal), cancellationToken);
        await PartitionSession.RunAsync(connection, Connect, cancellationToken);
        var definition = await PartitionChecks.ReadDefinitionAsync(connection, cancellationToken);
        await PartitionSession.RunAsync(connection, Record, cancellationToken, new NpgsqlParameter<string> { TypedValue = definition });
    }
}
