namespace Cortex.IdentityServer.Migrations;

/// <summary>
/// The SQL of the rollups behind <c>/admin/stats</c>: what changes is added as a row of differences, in the transaction in which it changes, and folded into the totals
/// later, so that the sums are exact at any time, nothing is counted by a scan, and no two logins wait for one counter (decision 0016).
/// </summary>
internal static class AccountStatistics
{
    /// <summary>Counts a login by its event. A later migration runs this again, for databases that have an earlier form of it.</summary>
    public const string LoginTrigger = """
        CREATE OR REPLACE FUNCTION cortex_count_logins() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO daily_changes (day, logins, login_failures)
            VALUES ((NEW.occurred_at AT TIME ZONE 'UTC')::date, (NEW.action::text = 'login.succeeded')::integer, (NEW.action::text = 'login.failed')::integer);
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER cortex_count_logins AFTER INSERT ON audit_events FOR EACH ROW
            WHEN (NEW.action::text IN ('login.succeeded', 'login.failed'))
            EXECUTE FUNCTION cortex_count_logins();
        """;

    public const string Create = """
        -- Accounts by what they are.
        CREATE TABLE account_totals (
            subscription_tier varchar(50) NOT NULL,
            is_active boolean NOT NULL,
            is_verified boolean NOT NULL,
            two_factor_enabled boolean NOT NULL,
            accounts bigint NOT NULL,
            PRIMARY KEY (subscription_tier, is_active, is_verified, two_factor_enabled));
        CREATE TABLE account_changes (LIKE account_totals);

        -- What happened, by day of UTC.
        CREATE TABLE daily_totals (
            day date PRIMARY KEY,
            sign_ups bigint NOT NULL DEFAULT 0,
            logins bigint NOT NULL DEFAULT 0,
            login_failures bigint NOT NULL DEFAULT 0,
            active_users bigint NOT NULL DEFAULT 0);
        CREATE TABLE daily_changes (LIKE daily_totals INCLUDING DEFAULTS);

        -- Who was counted as active today already; rows of days that are over go.
        CREATE TABLE active_users (user_id uuid NOT NULL, day date NOT NULL, PRIMARY KEY (user_id, day));

        CREATE FUNCTION cortex_count_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO account_changes
                SELECT coalesce(subscription_tier, 'free'), coalesce(is_active, true), coalesce(is_verified, false), coalesce(two_factor_enabled, false), count(*)
                FROM changed GROUP BY 1, 2, 3, 4;
                INSERT INTO daily_changes (day, sign_ups)
                SELECT (created_at AT TIME ZONE 'UTC')::date, count(*) FROM changed WHERE isfinite(created_at) GROUP BY 1;
            ELSIF TG_OP = 'DELETE' THEN
                INSERT INTO account_changes
                SELECT coalesce(subscription_tier, 'free'), coalesce(is_active, true), coalesce(is_verified, false), coalesce(two_factor_enabled, false), -count(*)
                FROM changed GROUP BY 1, 2, 3, 4;

                -- Not by a foreign key, for whose lock on the account who writes last uses would wait, with locks on its sessions.
                DELETE FROM active_users USING changed WHERE user_id = changed.id;
            ELSIF TG_OP = 'UPDATE' THEN
                INSERT INTO account_changes VALUES
                    (coalesce(OLD.subscription_tier, 'free'), coalesce(OLD.is_active, true), coalesce(OLD.is_verified, false), coalesce(OLD.two_factor_enabled, false), -1),
                    (coalesce(NEW.subscription_tier, 'free'), coalesce(NEW.is_active, true), coalesce(NEW.is_verified, false), coalesce(NEW.two_factor_enabled, false), 1);
            ELSE
                -- In the order in which they are folded.
                TRUNCATE account_changes, account_totals, active_users;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER cortex_count_insert AFTER INSERT ON users REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION cortex_count_accounts();
        CREATE TRIGGER cortex_count_delete AFTER DELETE ON users REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION cortex_count_accounts();
        CREATE TRIGGER cortex_count_update AFTER UPDATE OF subscription_tier, is_active, is_verified, two_factor_enabled ON users FOR EACH ROW
            WHEN ((OLD.subscription_tier, OLD.is_active, OLD.is_verified, OLD.two_factor_enabled)
                IS DISTINCT FROM (NEW.subscription_tier, NEW.is_active, NEW.is_verified, NEW.two_factor_enabled))
            EXECUTE FUNCTION cortex_count_accounts();
        CREATE TRIGGER cortex_count_truncate AFTER TRUNCATE ON users FOR EACH STATEMENT EXECUTE FUNCTION cortex_count_accounts();

        """ + LoginTrigger + """

        -- What is there already.
        INSERT INTO account_totals
        SELECT coalesce(subscription_tier, 'free'), coalesce(is_active, true), coalesce(is_verified, false), coalesce(two_factor_enabled, false), count(*)
        FROM users GROUP BY 1, 2, 3, 4;
        INSERT INTO daily_totals (day, sign_ups)
        SELECT (created_at AT TIME ZONE 'UTC')::date, count(*) FROM users WHERE isfinite(created_at) GROUP BY 1;
        INSERT INTO daily_changes (day, logins, login_failures)
        SELECT (occurred_at AT TIME ZONE 'UTC')::date, count(*) FILTER (WHERE action = 'login.succeeded'), count(*) FILTER (WHERE action = 'login.failed')
        FROM audit_events WHERE action IN ('login.succeeded', 'login.failed') GROUP BY 1;
        """;

    public const string Drop = """
        DROP TRIGGER cortex_count_logins ON audit_events;
        DROP FUNCTION cortex_count_logins;
        DROP TRIGGER cortex_count_insert ON users;
        DROP TRIGGER cortex_count_update ON users;
        DROP TRIGGER cortex_count_delete ON users;
        DROP TRIGGER cortex_count_truncate ON users;
        DROP FUNCTION cortex_count_accounts;
        DROP TABLE account_totals, account_changes, daily_totals, daily_changes, active_users;
        """;
}
