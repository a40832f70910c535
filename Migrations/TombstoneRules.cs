namespace Cortex.IdentityServer.Migrations;

/// <summary>
/// The SQL of tombstones: accounts that are deleted while their usage is still being removed (<c>users.deleted_at</c>), and revoked keys that usage refers to
/// (<c>api_keys.revoked_at</c>). A tombstone is counted out, and its audit events lose the personal data, when the account is deleted, and not again when its
/// row is (decision 0025).
/// </summary>
internal static class TombstoneRules
{
    public const string Create = """
        CREATE INDEX ix_users_deleted ON users (deleted_at) WHERE deleted_at IS NOT NULL;
        CREATE INDEX ix_api_keys_live ON api_keys (user_id) WHERE revoked_at IS NULL;
        CREATE INDEX ix_api_keys_revoked ON api_keys (id) WHERE revoked_at IS NOT NULL;

        CREATE OR REPLACE FUNCTION cortex_count_accounts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO account_changes
                SELECT coalesce(subscription_tier, 'free'), coalesce(is_active, true), coalesce(is_verified, false), coalesce(two_factor_enabled, false),
                    count(*)
                FROM changed WHERE deleted_at IS NULL GROUP BY 1, 2, 3, 4;
                INSERT INTO daily_changes (day, sign_ups)
                SELECT (created_at AT TIME ZONE 'UTC')::date, count(*) FROM changed WHERE isfinite(created_at) GROUP BY 1;
            ELSIF TG_OP = 'DELETE' THEN
                INSERT INTO account_changes
                SELECT coalesce(subscription_tier, 'free'), coalesce(is_active, true), coalesce(is_verified, false), coalesce(two_factor_enabled, false),
                    -count(*)
                FROM changed WHERE deleted_at IS NULL GROUP BY 1, 2, 3, 4;

                -- This isn't done by a foreign key, because the job that writes last uses would wait for its lock on the account.
                DELETE FROM active_users USING changed WHERE user_id = changed.id;
            ELSIF TG_OP = 'UPDATE' THEN
                IF OLD.deleted_at IS NULL THEN
                    INSERT INTO account_changes VALUES (
                        coalesce(OLD.subscription_tier, 'free'), coalesce(OLD.is_active, true), coalesce(OLD.is_verified, false),
                        coalesce(OLD.two_factor_enabled, false), -1);
                END IF;
                IF NEW.deleted_at IS NULL THEN
                    INSERT INTO account_changes VALUES (
                        coalesce(NEW.subscription_tier, 'free'), coalesce(NEW.is_active, true), coalesce(NEW.is_verified, false),
                        coalesce(NEW.two_factor_enabled, false), 1);
                ELSE
                    DELETE FROM active_users WHERE user_id = NEW.id;
                END IF;
            ELSE
                -- In the order in which they are folded.
                TRUNCATE account_changes, account_totals, active_users;
            END IF;
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER cortex_count_update
            AFTER UPDATE OF subscription_tier, is_active, is_verified, two_factor_enabled, deleted_at ON users FOR EACH ROW
            WHEN ((OLD.subscription_tier, OLD.is_active, OLD.is_verified, OLD.two_factor_enabled, OLD.deleted_at)
                IS DISTINCT FROM (NEW.subscription_tier, NEW.is_active, NEW.is_verified, NEW.two_factor_enabled, NEW.deleted_at))
            EXECUTE FUNCTION cortex_count_accounts();

        CREATE OR REPLACE FUNCTION cortex_audit_append_only() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            -- The one change that is allowed removes personal data once the account is deleted.
            IF TG_OP = 'UPDATE' THEN
                IF (NEW.id, NEW.occurred_at, NEW.action::text, NEW.outcome::text, NEW.actor_id, NEW.user_id, NEW.request_id::text)
                        IS NOT DISTINCT FROM (OLD.id, OLD.occurred_at, OLD.action::text, OLD.outcome::text, OLD.actor_id, OLD.user_id, OLD.request_id::text)
                    AND NEW.ip IS NULL AND NEW.user_agent IS NULL AND NEW.details IS NULL
                    AND NOT EXISTS (SELECT FROM users WHERE users.id = OLD.user_id AND users.deleted_at IS NULL) THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION 'audit_events can only be added to; months that are over are dropped by AUDIT_RETENTION_DAYS'
                USING ERRCODE = 'insufficient_privilege';
        END $$;
        CREATE OR REPLACE TRIGGER cortex_forget_person AFTER DELETE ON users FOR EACH ROW WHEN (OLD.deleted_at IS NULL)
            EXECUTE FUNCTION cortex_forget_person();
        CREATE TRIGGER cortex_forget_person_of_tombstone AFTER UPDATE OF deleted_at ON users FOR EACH ROW
            WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION cortex_forget_person();

        -- A TRUNCATE deletes all users, and so the usage of all of them.
        CREATE OR REPLACE FUNCTION cortex_forget_usage() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                TRUNCATE usage_deltas, usage_quarters, usage_days, usage_months, usage_names;
            ELSE
                DELETE FROM usage_deltas USING gone WHERE user_id = gone.id;
                DELETE FROM usage_quarters USING gone WHERE user_id = gone.id;
                DELETE FROM usage_days USING gone WHERE user_id = gone.id;
                DELETE FROM usage_months USING gone WHERE user_id = gone.id;
                DELETE FROM usage_names USING gone WHERE user_id = gone.id;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER cortex_forget_usage_truncate AFTER TRUNCATE ON users FOR EACH STATEMENT EXECUTE FUNCTION cortex_forget_usage();

        """ + KeepSearchPath;

    /// <summary>Removes the tombstones, which the version before would show, and restores the functions that don't know them.</summary>
    public const string Drop = """
        DELETE FROM users WHERE deleted_at IS NOT NULL;
        DELETE FROM api_keys WHERE revoked_at IS NOT NULL;
        DROP TRIGGER cortex_forget_usage_truncate ON users;
        DROP TRIGGER cortex_forget_person_of_tombstone ON users;
        CREATE OR REPLACE TRIGGER cortex_forget_person AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION cortex_forget_person();

        CREATE OR REPLACE FUNCTION cortex_count_accounts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO account_changes
                SELECT coalesce(subscription_tier, 'free'), coalesce(is_active, true), coalesce(is_verified, false), coalesce(two_factor_enabled, false),
                    count(*)
                FROM changed GROUP BY 1, 2, 3, 4;
                INSERT INTO daily_changes (day, sign_ups)
                SELECT (created_at AT TIME ZONE 'UTC')::date, count(*) FROM changed WHERE isfinite(created_at) GROUP BY 1;
            ELSIF TG_OP = 'DELETE' THEN
                INSERT INTO account_changes
                SELECT coalesce(subscription_tier, 'free'), coalesce(is_active, true), coalesce(is_verified, false), coalesce(two_factor_enabled, false),
                    -count(*)
                FROM changed GROUP BY 1, 2, 3, 4;
                DELETE FROM active_users USING changed WHERE user_id = changed.id;
            ELSIF TG_OP = 'UPDATE' THEN
                INSERT INTO account_changes VALUES
                    (coalesce(OLD.subscription_tier, 'free'), coalesce(OLD.is_active, true), coalesce(OLD.is_verified, false),
                        coalesce(OLD.two_factor_enabled, false), -1),
                    (coalesce(NEW.subscription_tier, 'free'), coalesce(NEW.is_active, true), coalesce(NEW.is_verified, false),
                        coalesce(NEW.two_factor_enabled, false), 1);
            ELSE
                TRUNCATE account_changes, account_totals, active_users;
            END IF;
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER cortex_count_update AFTER UPDATE OF subscription_tier, is_active, is_verified, two_factor_enabled ON users FOR EACH ROW
            WHEN ((OLD.subscription_tier, OLD.is_active, OLD.is_verified, OLD.two_factor_enabled)
                IS DISTINCT FROM (NEW.subscription_tier, NEW.is_active, NEW.is_verified, NEW.two_factor_enabled))
            EXECUTE FUNCTION cortex_count_accounts();

        """ + AuditEvents.AppendOnly + """

        ALTER FUNCTION cortex_audit_append_only SECURITY DEFINER;
        DROP INDEX ix_users_deleted, ix_api_keys_live, ix_api_keys_revoked;

        """ + KeepSearchPath;

    /// <summary>CREATE OR REPLACE keeps the owner and the rights of a function, but not its settings.</summary>
    private const string KeepSearchPath = """
        DO $do$
        BEGIN
            EXECUTE pg_catalog.format('ALTER FUNCTION cortex_count_accounts SET search_path = %I, pg_temp', current_schema());
            EXECUTE pg_catalog.format('ALTER FUNCTION cortex_forget_usage SET search_path = %I, pg_temp', current_schema());
            EXECUTE pg_catalog.format('ALTER FUNCTION cortex_audit_append_only SET search_path = %I, pg_temp', current_schema());
        END $do$;
        """;
}
