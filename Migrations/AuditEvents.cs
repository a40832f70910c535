namespace Cortex.IdentityServer.Migrations;

/// <summary>
/// The SQL of <c>audit_events</c>: a partition a month, rows that can only be added, and the person taken out of them when an account is deleted, whichever
/// program deletes it.
/// </summary>
internal static class AuditEvents
{
    /// <summary>The functions that keep a partition for each month. A later migration runs this again, for databases that have an earlier form of them.</summary>
    public const string Upkeep = """
        -- Makes the partition of the month that a time is in. Rows of that month that wait in the default partition are copied before the new partition is attached: until then it
        -- has none of the triggers of audit_events, which would count them a second time.
        CREATE OR REPLACE FUNCTION cortex_audit_partition(at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            first timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
            name text := 'audit_events_' || to_char(first, 'YYYY_MM');
            low timestamptz := first AT TIME ZONE 'UTC';
            high timestamptz := (first + interval '1 month') AT TIME ZONE 'UTC';
        BEGIN
            IF to_regclass(pg_catalog.format('%I.%I', current_schema(), name)) IS NULL THEN
                -- Attaching a table that exists locks out nobody who writes or reads the other months.
                EXECUTE pg_catalog.format('CREATE TABLE %I (LIKE audit_events INCLUDING DEFAULTS)', name);
                EXECUTE pg_catalog.format('INSERT INTO %I SELECT * FROM audit_events_default WHERE occurred_at >= %L AND occurred_at < %L', name, low, high);
                EXECUTE pg_catalog.format('ALTER TABLE audit_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, low, high);
                EXECUTE pg_catalog.format(
                    'CREATE TRIGGER cortex_append_only_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION cortex_audit_append_only()', name);
            END IF;
        END $$;

        -- Makes the partitions of the month of "at" and the next three, moves rows that came while one was missing to theirs, and drops the months that ended before "oldest".
        -- Every login would wait for a lock that this waits for, so it gives up soon: there are months of time, and an hour later it is tried again.
        CREATE OR REPLACE FUNCTION cortex_keep_audit_events(at timestamptz, oldest timestamptz) RETURNS void LANGUAGE plpgsql SET lock_timeout = '500ms' AS $$
        DECLARE
            month timestamptz;
            part text;
            latest CONSTANT timestamptz := now() + interval '13 months';
            spared CONSTANT timestamptz := now() - interval '24 hours';
        BEGIN
            -- Whoever may call this can't drop a month that the shortest AUDIT_RETENTION_DAYS keeps. A server's clock may differ, so it is no error; and
            -- least() would take NULL for the bound.
            IF at > latest THEN
                at := latest;
            ELSIF at < now() THEN
                at := now();
            END IF;
            IF oldest > spared THEN
                oldest := spared;
            END IF;

            -- Replicas do it one after another.
            PERFORM pg_advisory_xact_lock(7166482767046043001);
            IF EXISTS (SELECT FROM audit_events_default) THEN
                ALTER TABLE audit_events DETACH PARTITION audit_events_default;
                FOR month IN SELECT DISTINCT date_trunc('month', occurred_at, 'UTC') FROM audit_events_default LOOP
                    PERFORM cortex_audit_partition(month);
                END LOOP;

                -- A row that is still missing has a table in the way that isn't a partition: this fails then, and no row is lost.
                INSERT INTO audit_events SELECT * FROM audit_events_default AS waiting
                WHERE NOT EXISTS (SELECT FROM audit_events AS moved WHERE moved.occurred_at = waiting.occurred_at AND moved.id = waiting.id);
                DROP TABLE audit_events_default;
                CREATE TABLE audit_events_default PARTITION OF audit_events DEFAULT;
                CREATE TRIGGER cortex_append_only_truncate BEFORE TRUNCATE ON audit_events_default FOR EACH STATEMENT EXECUTE FUNCTION cortex_audit_append_only();
            END IF;

            FOR ahead IN 0..3 LOOP
                PERFORM cortex_audit_partition((date_trunc('month', at AT TIME ZONE 'UTC') + make_interval(months => ahead)) AT TIME ZONE 'UTC');
            END LOOP;

            FOR part IN
                SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
                WHERE inhparent = 'audit_events'::regclass::oid AND child.relname::text ~ '^audit_events_[0-9]{4}_[0-9]{2}$'
                    AND (to_timestamp(right(child.relname::text, 7), 'YYYY_MM')::timestamp + interval '1 month') AT TIME ZONE 'UTC' <= oldest
            LOOP
                EXECUTE pg_catalog.format('DROP TABLE %I', part);
            END LOOP;
        END $$;
        """;

    /// <summary>Refuses every change but one. A later migration runs this again too.</summary>
    public const string AppendOnly = """
        CREATE OR REPLACE FUNCTION cortex_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            -- The one change that is allowed: what tells of a person goes when the account is gone.
            IF TG_OP = 'UPDATE' THEN
                IF (NEW.id, NEW.occurred_at, NEW.action::text, NEW.outcome::text, NEW.actor_id, NEW.user_id, NEW.request_id::text)
                        IS NOT DISTINCT FROM (OLD.id, OLD.occurred_at, OLD.action::text, OLD.outcome::text, OLD.actor_id, OLD.user_id, OLD.request_id::text)
                    AND NEW.ip IS NULL AND NEW.user_agent IS NULL AND NEW.details IS NULL
                    AND NOT EXISTS (SELECT FROM users WHERE users.id = OLD.user_id) THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION 'audit_events can only be added to; months that are over are dropped by AUDIT_RETENTION_DAYS' USING ERRCODE = 'insufficient_privilege';
        END $$;
        """;

    public const string Create = """
        CREATE TABLE audit_events (
            id uuid NOT NULL,
            occurred_at timestamptz NOT NULL,
            action varchar(64) NOT NULL,
            outcome varchar(16) NOT NULL,
            actor_id uuid,
            user_id uuid,
            ip inet,
            user_agent varchar(512),
            request_id varchar(64),
            details jsonb,
            PRIMARY KEY (occurred_at, id)) PARTITION BY RANGE (occurred_at);
        CREATE INDEX ix_audit_events_user ON audit_events (user_id, occurred_at DESC, id DESC);

        -- For times that have no partition: nobody is kept from logging in because one is missing.
        CREATE TABLE audit_events_default PARTITION OF audit_events DEFAULT;

        """ + AppendOnly + """

        CREATE TRIGGER cortex_append_only BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION cortex_audit_append_only();
        CREATE TRIGGER cortex_append_only_truncate BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION cortex_audit_append_only();
        CREATE TRIGGER cortex_append_only_truncate BEFORE TRUNCATE ON audit_events_default FOR EACH STATEMENT EXECUTE FUNCTION cortex_audit_append_only();

        CREATE FUNCTION cortex_forget_person() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE audit_events SET ip = NULL, user_agent = NULL, details = NULL WHERE user_id = OLD.id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER cortex_forget_person AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION cortex_forget_person();

        """ + Upkeep + """

        SELECT cortex_keep_audit_events(now(), '-infinity');
        """;

    public const string Drop = """
        DROP TRIGGER cortex_forget_person ON users;
        DROP TABLE audit_events;
        DROP FUNCTION cortex_keep_audit_events, cortex_audit_partition, cortex_forget_person, cortex_audit_append_only;
        """;
}
