namespace Cortex.IdentityServer.Migrations;

/// <summary>The SQL that creates the partition of a month of <c>audit_events</c>.</summary>
internal static class AuditMonths
{
    /// <summary>
    /// Makes new events wait until the partition is attached. Otherwise, an INSERT that has already chosen the default partition fails, because the default
    /// partition doesn't take the month's events anymore (SQLSTATE 23514). Readers don't wait.
    /// </summary>
    public const string Create = Before + "        LOCK TABLE ONLY audit_events IN SHARE ROW EXCLUSIVE MODE;\n" + After;

    /// <summary>The function as it was before: events can arrive at any time.</summary>
    public const string CreateWithoutLock = Before + After;

    private const string Before = """
        CREATE OR REPLACE FUNCTION cortex_audit_partition(at timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
        DECLARE
            first timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
            name text := 'audit_events_' || to_char(first, 'YYYY_MM');
            low timestamptz := first AT TIME ZONE 'UTC';
            high timestamptz := (first + interval '1 month') AT TIME ZONE 'UTC';
        BEGIN
            IF to_regclass(pg_catalog.format('%I.%I', current_schema(), name)) IS NULL THEN

        """;

    private const string After = """
                EXECUTE pg_catalog.format('CREATE TABLE %I (LIKE audit_events INCLUDING DEFAULTS)', name);

                -- Rows of the month are copied before the table is attached, while it has none of the triggers of audit_events, which would count them again.
                EXECUTE pg_catalog.format('INSERT INTO %I SELECT * FROM audit_events_default WHERE occurred_at >= %L AND occurred_at < %L', name, low, high);
                EXECUTE pg_catalog.format('ALTER TABLE audit_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, low, high);
                EXECUTE pg_catalog.format(
                    'CREATE TRIGGER cortex_append_only_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION cortex_audit_append_only()', name);
            END IF;
        END $$;

        -- CREATE OR REPLACE keeps the owner and the rights, but not the settings.
        DO $do$
        BEGIN
            EXECUTE pg_catalog.format('ALTER FUNCTION cortex_audit_partition SET search_path = %I, pg_temp', current_schema());
        END $do$;
        """;
}
