namespace Cortex.IdentityServer.Migrations;

/// <summary>
/// The SQL of the sums of <c>usage_logs</c>. A trigger adds what any program inserts to <c>usage_deltas</c>, in the same transaction, and a job folds these
/// rows into quarter-hours, days, and months, so that the sums are exact at any time and no two writers wait for the same row (decision 0024).
/// </summary>
internal static class UsageSums
{
    /// <summary>
    /// Groups rows the way the sums are kept. A missing key is the nil UUID, a missing provider the empty string, and a missing status the class 0. A cost that
    /// isn't a number, which other programs may store, is counted in <c>unpriced</c>.
    /// </summary>
    private const string Grouped = """
        user_id, coalesce(api_key_id, '00000000-0000-0000-0000-000000000000'::uuid),
            date_bin('15 minutes'::interval, created_at, '2000-01-01 00:00:00+00'::timestamptz), endpoint, coalesce(provider::text, ''),
            CASE WHEN status_code BETWEEN 100 AND 599 THEN status_code / 100 ELSE 0 END,
            count(*), sum(coalesce(tokens_used, 0)), sum(CASE WHEN cost_usd <> 'NaN'::numeric THEN (cost_usd * 1000000)::bigint ELSE 0 END),
            count(*) FILTER (WHERE coalesce(status_code >= 400, error_message IS NOT NULL)), count(*) FILTER (WHERE cost_usd = 'NaN'::numeric)
        """;

    private const string Columns =
        "user_id, api_key_id, quarter, endpoint, provider, status_class, requests, tokens_used, cost_micros, errors, unpriced";

    public const string Create = """
        -- Another index has the same order for all rows, including those without a time.
        DROP INDEX ix_usage_logs_user;

        -- For pages of a key's usage. The foreign key needs it too.
        CREATE INDEX ix_usage_logs_key ON usage_logs (api_key_id, coalesce(created_at, '-infinity'), id) WHERE api_key_id IS NOT NULL;
        DROP INDEX ix_usage_logs_api_key_id;

        -- For deletions by age.
        CREATE INDEX ix_usage_logs_created_at ON usage_logs USING brin (created_at) WITH (autosummarize = on);

        CREATE TABLE usage_deltas (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            user_id uuid NOT NULL,
            api_key_id uuid NOT NULL,
            quarter timestamptz NOT NULL,
            endpoint varchar(255) NOT NULL,
            provider varchar(50) NOT NULL,
            status_class smallint NOT NULL,
            requests bigint NOT NULL,
            tokens_used bigint NOT NULL,
            cost_micros bigint NOT NULL,
            errors bigint NOT NULL,
            unpriced bigint NOT NULL);
        CREATE INDEX ix_usage_deltas_user ON usage_deltas (user_id, quarter);

        CREATE TABLE usage_quarters (
            user_id uuid NOT NULL,
            quarter timestamptz NOT NULL,
            api_key_id uuid NOT NULL,
            endpoint varchar(255) NOT NULL,
            provider varchar(50) NOT NULL,
            status_class smallint NOT NULL,
            requests bigint NOT NULL,
            tokens_used bigint NOT NULL,
            cost_micros bigint NOT NULL,
            errors bigint NOT NULL,
            unpriced bigint NOT NULL,
            PRIMARY KEY (user_id, quarter, api_key_id, endpoint, provider, status_class)) WITH (fillfactor = 80);
        CREATE INDEX ix_usage_quarters_quarter ON usage_quarters USING brin (quarter) WITH (autosummarize = on);

        -- Days and months of UTC.
        CREATE TABLE usage_days (
            user_id uuid NOT NULL,
            day date NOT NULL,
            api_key_id uuid NOT NULL,
            endpoint varchar(255) NOT NULL,
            provider varchar(50) NOT NULL,
            status_class smallint NOT NULL,
            requests bigint NOT NULL,
            tokens_used bigint NOT NULL,
            cost_micros bigint NOT NULL,
            errors bigint NOT NULL,
            unpriced bigint NOT NULL,
            PRIMARY KEY (user_id, day, api_key_id, endpoint, provider, status_class)) WITH (fillfactor = 80);
        CREATE INDEX ix_usage_days_day ON usage_days USING brin (day) WITH (autosummarize = on);

        CREATE TABLE usage_months (
            user_id uuid NOT NULL,
            month date NOT NULL,
            api_key_id uuid NOT NULL,
            requests bigint NOT NULL,
            tokens_used bigint NOT NULL,
            cost_micros bigint NOT NULL,
            errors bigint NOT NULL,
            unpriced bigint NOT NULL,
            PRIMARY KEY (user_id, month, api_key_id)) WITH (fillfactor = 80);

        -- The endpoints ('e') and providers ('p') of a user's month that the sums keep by name.
        CREATE TABLE usage_names (
            user_id uuid NOT NULL,
            month date NOT NULL,
            kind "char" NOT NULL,
            name varchar(255) NOT NULL,
            PRIMARY KEY (user_id, month, kind, name));

        -- The emails about quotas that were sent. The nil UUID stands for the user's quota, another id for that of a key.
        CREATE TABLE usage_notices (
            user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            api_key_id uuid NOT NULL,
            period_start timestamptz NOT NULL,
            metric varchar(20) NOT NULL,
            threshold smallint NOT NULL,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (user_id, api_key_id, period_start, metric, threshold));

        CREATE FUNCTION cortex_count_usage() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            INSERT INTO usage_deltas (
        """ + Columns + """
        )
            SELECT
        """ + " " + Grouped + "\n" + """
            FROM added WHERE isfinite(created_at) GROUP BY 1, 2, 3, 4, 5, 6;
            RETURN NULL;
        END $$;

        -- This is a trigger rather than a foreign key, which the job that folds the rows would have to check for each of them.
        CREATE FUNCTION cortex_forget_usage() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            DELETE FROM usage_deltas USING gone WHERE user_id = gone.id;
            DELETE FROM usage_quarters USING gone WHERE user_id = gone.id;
            DELETE FROM usage_days USING gone WHERE user_id = gone.id;
            DELETE FROM usage_months USING gone WHERE user_id = gone.id;
            DELETE FROM usage_names USING gone WHERE user_id = gone.id;
            RETURN NULL;
        END $$;
        DO $do$
        BEGIN
            EXECUTE pg_catalog.format('ALTER FUNCTION cortex_count_usage SET search_path = %I, pg_temp', current_schema());
            EXECUTE pg_catalog.format('ALTER FUNCTION cortex_forget_usage SET search_path = %I, pg_temp', current_schema());
        END $do$;
        CREATE TRIGGER cortex_forget_usage AFTER DELETE ON users REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION cortex_forget_usage();
        CREATE TRIGGER cortex_count_usage AFTER INSERT ON usage_logs REFERENCING NEW TABLE AS added FOR EACH STATEMENT
            EXECUTE FUNCTION cortex_count_usage();

        -- What exists already. The job that folds the rows also finds the names.
        INSERT INTO usage_deltas (
        """ + Columns + ")\nSELECT " + Grouped + "\nFROM usage_logs WHERE isfinite(created_at) GROUP BY 1, 2, 3, 4, 5, 6;\n\n" + """
        -- Quotas and revocations are cached too.
        CREATE OR REPLACE TRIGGER cortex_notify_update
            AFTER UPDATE OF email, subscription_tier, is_active, is_verified, two_factor_enabled, quota, deleted_at ON users FOR EACH ROW
            WHEN ((OLD.email, OLD.subscription_tier, OLD.is_active, OLD.is_verified, OLD.two_factor_enabled, OLD.quota, OLD.deleted_at)
                IS DISTINCT FROM (NEW.email, NEW.subscription_tier, NEW.is_active, NEW.is_verified, NEW.two_factor_enabled, NEW.quota, NEW.deleted_at))
            EXECUTE FUNCTION cortex_notify_change('id');
        CREATE OR REPLACE TRIGGER cortex_notify_update
            AFTER UPDATE OF user_id, key_hash, is_active, expires_at, scopes, monthly_quota, revoked_at ON api_keys FOR EACH ROW
            WHEN ((OLD.user_id, OLD.key_hash, OLD.is_active, OLD.expires_at, OLD.scopes, OLD.monthly_quota, OLD.revoked_at)
                IS DISTINCT FROM (NEW.user_id, NEW.key_hash, NEW.is_active, NEW.expires_at, NEW.scopes, NEW.monthly_quota, NEW.revoked_at))
            EXECUTE FUNCTION cortex_notify_change('user_id');
        """ + "\n" + PortableSchema.OwnerOnly;

    public const string Drop = """
        CREATE OR REPLACE TRIGGER cortex_notify_update
            AFTER UPDATE OF email, subscription_tier, is_active, is_verified, two_factor_enabled ON users FOR EACH ROW
            WHEN ((OLD.email, OLD.subscription_tier, OLD.is_active, OLD.is_verified, OLD.two_factor_enabled)
                IS DISTINCT FROM (NEW.email, NEW.subscription_tier, NEW.is_active, NEW.is_verified, NEW.two_factor_enabled))
            EXECUTE FUNCTION cortex_notify_change('id');
        CREATE OR REPLACE TRIGGER cortex_notify_update AFTER UPDATE OF user_id, key_hash, is_active, expires_at, scopes ON api_keys FOR EACH ROW
            WHEN ((OLD.user_id, OLD.key_hash, OLD.is_active, OLD.expires_at, OLD.scopes)
                IS DISTINCT FROM (NEW.user_id, NEW.key_hash, NEW.is_active, NEW.expires_at, NEW.scopes))
            EXECUTE FUNCTION cortex_notify_change('user_id');
        DROP TRIGGER cortex_count_usage ON usage_logs;
        DROP FUNCTION cortex_count_usage;
        DROP TRIGGER cortex_forget_usage ON users;
        DROP FUNCTION cortex_forget_usage;
        DROP TABLE usage_deltas, usage_quarters, usage_days, usage_months, usage_names, usage_notices;
        DROP INDEX ix_usage_logs_created_at, ix_usage_logs_key;
        CREATE INDEX ix_usage_logs_api_key_id ON usage_logs (api_key_id);
        CREATE INDEX ix_usage_logs_user ON usage_logs (user_id, created_at);
        """;
}
