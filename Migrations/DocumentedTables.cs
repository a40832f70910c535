namespace Cortex.IdentityServer.Migrations;

/// <summary>
/// The SQL of the first migration: makes the four documented tables, or takes them over from the Python server with every row.
/// Each statement does nothing where what it makes is there.
/// </summary>
internal static class DocumentedTables
{
    /// <summary>The documented schema, to the letter.</summary>
    public const string Adopt = """
        CREATE TABLE IF NOT EXISTS users (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            email varchar(255) UNIQUE NOT NULL,
            password_hash varchar(255) NOT NULL,
            api_key varchar(255) UNIQUE,
            subscription_tier varchar(50) DEFAULT 'free',
            is_active boolean DEFAULT true,
            is_verified boolean DEFAULT false,
            two_factor_enabled boolean DEFAULT false,
            two_factor_secret varchar(255),
            created_at timestamptz DEFAULT now(),
            updated_at timestamptz DEFAULT now());

        CREATE TABLE IF NOT EXISTS api_keys (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            key_hash varchar(255) UNIQUE NOT NULL,
            name varchar(255),
            is_active boolean DEFAULT true,
            created_at timestamptz DEFAULT now(),
            last_used_at timestamptz);

        CREATE TABLE IF NOT EXISTS usage_logs (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            api_key_id uuid REFERENCES api_keys ON DELETE SET NULL,
            endpoint varchar(255) NOT NULL,
            tokens_used integer DEFAULT 0,
            cost_usd decimal(10,6) DEFAULT 0.0,
            provider varchar(50),
            response_time_ms integer,
            status_code integer,
            error_message text,
            created_at timestamptz DEFAULT now());

        CREATE TABLE IF NOT EXISTS billing_events (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            event_type varchar(100) NOT NULL,
            polar_event_id varchar(255) UNIQUE NOT NULL,
            data text,
            processed boolean DEFAULT false,
            created_at timestamptz DEFAULT now());

        -- An older Python server may have made the tables before it had all of these columns.
        ALTER TABLE users
            ADD COLUMN IF NOT EXISTS api_key varchar(255) UNIQUE, ADD COLUMN IF NOT EXISTS subscription_tier varchar(50) DEFAULT 'free',
            ADD COLUMN IF NOT EXISTS is_active boolean DEFAULT true, ADD COLUMN IF NOT EXISTS is_verified boolean DEFAULT false,
            ADD COLUMN IF NOT EXISTS two_factor_enabled boolean DEFAULT false, ADD COLUMN IF NOT EXISTS two_factor_secret varchar(255),
            ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(), ADD COLUMN IF NOT EXISTS updated_at timestamptz DEFAULT now();
        ALTER TABLE api_keys
            ADD COLUMN IF NOT EXISTS name varchar(255), ADD COLUMN IF NOT EXISTS is_active boolean DEFAULT true,
            ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(), ADD COLUMN IF NOT EXISTS last_used_at timestamptz;
        ALTER TABLE usage_logs
            ADD COLUMN IF NOT EXISTS api_key_id uuid REFERENCES api_keys ON DELETE SET NULL, ADD COLUMN IF NOT EXISTS tokens_used integer DEFAULT 0,
            ADD COLUMN IF NOT EXISTS cost_usd decimal(10,6) DEFAULT 0.0, ADD COLUMN IF NOT EXISTS provider varchar(50),
            ADD COLUMN IF NOT EXISTS response_time_ms integer, ADD COLUMN IF NOT EXISTS status_code integer,
            ADD COLUMN IF NOT EXISTS error_message text, ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now();
        ALTER TABLE billing_events
            ADD COLUMN IF NOT EXISTS data text, ADD COLUMN IF NOT EXISTS processed boolean DEFAULT false,
            ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now();

        -- An ORM that fills defaults itself may have made the tables without them; a plain INSERT needs them.
        ALTER TABLE users
            ALTER id SET DEFAULT gen_random_uuid(), ALTER subscription_tier SET DEFAULT 'free', ALTER is_active SET DEFAULT true,
            ALTER is_verified SET DEFAULT false, ALTER two_factor_enabled SET DEFAULT false,
            ALTER created_at SET DEFAULT now(), ALTER updated_at SET DEFAULT now();
        ALTER TABLE api_keys
            ALTER id SET DEFAULT gen_random_uuid(), ALTER is_active SET DEFAULT true, ALTER created_at SET DEFAULT now();
        ALTER TABLE usage_logs
            ALTER id SET DEFAULT gen_random_uuid(), ALTER tokens_used SET DEFAULT 0, ALTER cost_usd SET DEFAULT 0.0, ALTER created_at SET DEFAULT now();
        ALTER TABLE billing_events
            ALTER id SET DEFAULT gen_random_uuid(), ALTER processed SET DEFAULT false, ALTER created_at SET DEFAULT now();
        """;

    /// <summary>What this server needs beside the documented columns.</summary>
    public const string Extend = """
        -- One account an email, case aside, is a rule of the database; two rows that break it are the operator's to mend.
        -- Named by id, since a log is no place for an email.
        DO $$
        DECLARE
            twins text;
        BEGIN
            SELECT string_agg(ids, '; ') INTO twins FROM (
                SELECT string_agg(id::text, ' and ' ORDER BY created_at, id) AS ids FROM users GROUP BY lower(email) HAVING count(*) > 1 LIMIT 20) AS pairs;
            IF twins IS NOT NULL THEN
                RAISE EXCEPTION 'The database was not changed: some users have the same email but for upper and lower case. Change the email of, or merge, all but one of each, then start again. Their ids: %', twins
                    USING ERRCODE = 'CX001';
            END IF;
        END $$;
        CREATE UNIQUE INDEX IF NOT EXISTS ux_users_email_lower ON users (lower(email));

        ALTER TABLE users ADD COLUMN IF NOT EXISTS security_stamp varchar(64) DEFAULT gen_random_uuid()::text;
        ALTER TABLE api_keys
            ADD COLUMN IF NOT EXISTS prefix varchar(16),
            ADD COLUMN IF NOT EXISTS scopes text[] NOT NULL DEFAULT '{}',
            ADD COLUMN IF NOT EXISTS expires_at timestamptz,
            ADD COLUMN IF NOT EXISTS replaced_by_id uuid;
        CREATE INDEX IF NOT EXISTS "IX_api_keys_user_id" ON api_keys (user_id);

        -- updated_at moves by itself, whichever program writes.
        CREATE OR REPLACE FUNCTION cortex_touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.updated_at = clock_timestamp();
            RETURN NEW;
        END $$;
        DROP TRIGGER IF EXISTS cortex_touch_updated_at ON users;
        CREATE TRIGGER cortex_touch_updated_at BEFORE UPDATE ON users
            FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION cortex_touch_updated_at();
        """;
}
