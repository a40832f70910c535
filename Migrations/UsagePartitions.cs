namespace Cortex.IdentityServer.Migrations;

/// <summary>
/// The SQL that keeps monthly partitions of <c>usage_logs</c>, once an operator has partitioned it (decision 0024). UUIDv7 begins with its time, so a month is
/// a range of ids.
/// </summary>
internal static class UsagePartitions
{
    public const string Create = """
        -- The lowest UUIDv7 of a time.
        CREATE FUNCTION cortex_usage_bound(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
            SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
        $$;

        -- Creates the partition of a range of ids, or the default partition if there is no range. New rows wait until it is attached, and readers don't wait.
        CREATE FUNCTION cortex_usage_partition(parent regclass, part text, low uuid, high uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
        DECLARE
            waiting CONSTANT regclass := (
                SELECT inhrelid FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
                WHERE inhparent = parent::oid AND pg_get_expr(relpartbound, inhrelid) = 'DEFAULT');
            columns CONSTANT text := (
                SELECT string_agg(quote_ident(attname::text), ', ' ORDER BY attnum) FROM pg_attribute
                WHERE attrelid = parent::oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '');
            options CONSTANT text := (SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE pg_class.oid = waiting::oid);
            bounds text := 'DEFAULT';
            granted record;
            rule record;
            target text;
        BEGIN
            IF to_regclass(pg_catalog.format('%I.%I', current_schema(), part)) IS NOT NULL THEN
                RETURN;
            END IF;

            -- Users before keys before usage, as in a deletion.
            FOR target IN
                SELECT DISTINCT confrelid::regclass::text FROM pg_constraint WHERE conrelid = parent::oid AND contype = 'f' ORDER BY 1 DESC
            LOOP
                EXECUTE pg_catalog.format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', target);
            END LOOP;
            EXECUTE pg_catalog.format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE', parent);
            EXECUTE pg_catalog.format(
                'CREATE TABLE %I (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION)', part, parent);
            EXECUTE pg_catalog.format('ALTER TABLE %I OWNER TO %s', part, (SELECT relowner::regrole FROM pg_class WHERE pg_class.oid = parent::oid));
            IF options <> '' THEN
                EXECUTE pg_catalog.format('ALTER TABLE %I SET (%s)', part, options);
            END IF;

            -- Rows of the range are copied while the new table has no trigger that would count them again.
            IF low IS NOT NULL THEN
                bounds := pg_catalog.format('FOR VALUES FROM (%L) TO (%s)', low, coalesce(quote_literal(high), 'MAXVALUE'));
                IF waiting IS NOT NULL THEN
                    EXECUTE pg_catalog.format(
                        'INSERT INTO %I (%s) SELECT %s FROM %s WHERE id >= $1 AND ($2 IS NULL OR id < $2)', part, columns, columns, waiting) USING low, high;
                    EXECUTE pg_catalog.format('DELETE FROM %s WHERE id >= $1 AND ($2 IS NULL OR id < $2)', waiting) USING low, high;
                END IF;
            END IF;

            -- Under names of their own, as many queries of information_schema take the name of a constraint for unique.
            FOR rule IN
                SELECT conname::text AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = parent::oid AND contype = 'f'
            LOOP
                EXECUTE pg_catalog.format('ALTER TABLE %I ADD CONSTRAINT %I %s', part,
                    left(part || '_' || regexp_replace(rule.name, '^usage_logs_', ''), 63), rule.definition);
            END LOOP;
            EXECUTE pg_catalog.format('ALTER TABLE %s ATTACH PARTITION %I %s', parent, part, bounds);

            -- The trigger of the parent doesn't fire for a program that writes directly to a partition.
            IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = parent::oid AND tgname::text = 'cortex_count_usage') THEN
                EXECUTE pg_catalog.format(
                    'CREATE TRIGGER cortex_count_usage AFTER INSERT ON %I REFERENCING NEW TABLE AS added FOR EACH STATEMENT '
                    'EXECUTE FUNCTION cortex_count_usage()', part);
            END IF;
            FOR granted IN
                SELECT grantee, privilege_type, is_grantable FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = parent::oid AND grantee <> relowner
            LOOP
                EXECUTE pg_catalog.format('GRANT %s ON %I TO %s', granted.privilege_type, part,
                    CASE granted.grantee WHEN 0::oid THEN 'PUBLIC' ELSE granted.grantee::regrole::text END
                    || CASE WHEN granted.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
            END LOOP;
        END $$;

        -- Creates the partitions of the month of "at" and the next three, and drops those whose rows are all older than "oldest". Returns the partitions whose
        -- old rows have to be deleted one by one. It returns none for a table that the operator partitioned in another way.
        CREATE FUNCTION cortex_keep_usage_months(at timestamptz, oldest timestamptz) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
        SET lock_timeout = '500ms' AS $$
        DECLARE
            first timestamp;
            part text;
            is_kept boolean;
            latest CONSTANT timestamptz := now() + interval '13 months';
            spared CONSTANT timestamptz := now() - interval '35 days';
        BEGIN
            -- Whoever may call this can't drop what the shortest USAGE_RETENTION_DAYS keeps.
            IF at > latest THEN
                at := latest;
            ELSIF at < now() THEN
                at := now();
            END IF;
            IF oldest > spared THEN
                oldest := spared;
            END IF;
            IF NOT EXISTS (
                SELECT FROM pg_inherits WHERE inhrelid = to_regclass('usage_logs_default')::oid AND inhparent = to_regclass('usage_logs')::oid) THEN
                RETURN;
            END IF;

            -- Replicas do it one after another. The key is "cortexum" in ASCII.
            PERFORM pg_advisory_xact_lock(7165071376413914477);
            FOR ahead IN 0..3 LOOP
                first := date_trunc('month', at AT TIME ZONE 'UTC') + make_interval(months => ahead);
                PERFORM cortex_usage_partition(
                    'usage_logs'::regclass, 'usage_logs_' || to_char(first, 'YYYY_MM'), cortex_usage_bound(first AT TIME ZONE 'UTC'),
                    cortex_usage_bound((first + interval '1 month') AT TIME ZONE 'UTC'));
            END LOOP;

            FOR part IN
                SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
                WHERE inhparent = 'usage_logs'::regclass::oid AND child.relname::text ~ '^usage_logs_[0-9]{4}_[0-9]{2}$'
                    AND (to_timestamp(right(child.relname::text, 7), 'YYYY_MM')::timestamp + interval '1 month') AT TIME ZONE 'UTC' <= oldest
                ORDER BY 1
            LOOP
                EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM %I WHERE created_at >= $1 OR created_at IS NULL)', part) INTO is_kept USING oldest;
                IF is_kept THEN
                    RETURN NEXT part;
                    CONTINUE;
                END IF;
                BEGIN
                    LOCK TABLE ONLY usage_logs IN ACCESS EXCLUSIVE MODE;
                    EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM %I WHERE created_at >= $1 OR created_at IS NULL)', part) INTO is_kept USING oldest;
                    IF NOT is_kept THEN
                        EXECUTE pg_catalog.format('DROP TABLE %I', part);
                    END IF;
                EXCEPTION WHEN lock_not_available THEN
                    -- A long statement reads the table. There is time: it is tried again an hour later.
                    EXIT;
                END;
            END LOOP;
            RETURN NEXT 'usage_logs_default';
            RETURN NEXT 'usage_logs_other';
        END $$;
        DO $do$
        BEGIN
            EXECUTE pg_catalog.format('ALTER FUNCTION cortex_usage_partition SET search_path = %I, pg_temp', current_schema());
            EXECUTE pg_catalog.format('ALTER FUNCTION cortex_keep_usage_months SET search_path = %I, pg_temp', current_schema());
        END $do$;
        """ + "\n" + PortableSchema.OwnerOnly;

    public const string Drop = "DROP FUNCTION cortex_keep_usage_months, cortex_usage_partition, cortex_usage_bound;";
}
