-- The schema of the release before the migration Portability, as its own script (dotnet ef migrations script) makes it.
CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    "MigrationId" character varying(150) NOT NULL,
    "ProductVersion" character varying(32) NOT NULL,
    CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId")
);

START TRANSACTION;
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

CREATE TABLE roles (
    id uuid NOT NULL DEFAULT (gen_random_uuid()),
    name character varying(64) NOT NULL,
    normalized_name character varying(64) NOT NULL,
    concurrency_stamp character varying(64),
    CONSTRAINT "PK_roles" PRIMARY KEY (id)
);

CREATE TABLE recovery_codes (
    user_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    CONSTRAINT "PK_recovery_codes" PRIMARY KEY (user_id, code_hash),
    CONSTRAINT "FK_recovery_codes_users_user_id" FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    refresh_counter integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    authenticated_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    idle_expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    end_reason character varying(32),
    methods text[] NOT NULL,
    ip inet,
    user_agent character varying(512),
    CONSTRAINT "PK_sessions" PRIMARY KEY (id),
    CONSTRAINT "FK_sessions_users_user_id" FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE two_factor_challenges (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    security_stamp character varying(64),
    expires_at timestamp with time zone NOT NULL,
    attempts integer NOT NULL,
    CONSTRAINT "PK_two_factor_challenges" PRIMARY KEY (id),
    CONSTRAINT "FK_two_factor_challenges_users_user_id" FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE two_factor_states (
    user_id uuid NOT NULL,
    last_step bigint NOT NULL,
    failures integer NOT NULL,
    failed_at timestamp with time zone NOT NULL,
    CONSTRAINT "PK_two_factor_states" PRIMARY KEY (user_id),
    CONSTRAINT "FK_two_factor_states_users_user_id" FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE user_roles (
    user_id uuid NOT NULL,
    role_id uuid NOT NULL,
    CONSTRAINT "PK_user_roles" PRIMARY KEY (user_id, role_id),
    CONSTRAINT "FK_user_roles_roles_role_id" FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE CASCADE,
    CONSTRAINT "FK_user_roles_users_user_id" FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX "IX_roles_normalized_name" ON roles (normalized_name);

CREATE INDEX "IX_sessions_idle_expires_at" ON sessions (idle_expires_at);

CREATE INDEX "IX_sessions_user_id" ON sessions (user_id);

CREATE INDEX "IX_two_factor_challenges_expires_at" ON two_factor_challenges (expires_at);

CREATE INDEX "IX_two_factor_challenges_user_id" ON two_factor_challenges (user_id);

CREATE INDEX "IX_user_roles_role_id" ON user_roles (role_id);

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261124154128_Initial', '10.0.15');

COMMIT;

START TRANSACTION;
DROP INDEX "IX_sessions_idle_expires_at";

ALTER TABLE sessions ADD last_seen_at timestamp with time zone;

CREATE TABLE login_addresses (
    user_id uuid NOT NULL,
    network character varying(64) NOT NULL,
    last_login_at timestamp with time zone NOT NULL,
    CONSTRAINT "PK_login_addresses" PRIMARY KEY (user_id, network),
    CONSTRAINT "FK_login_addresses_users_user_id" FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE login_attempts (
    email_hash bytea NOT NULL,
    network character varying(64) NOT NULL,
    failures integer NOT NULL,
    recent_failures timestamp with time zone[] NOT NULL DEFAULT ('{}'),
    failed_at timestamp with time zone,
    pending timestamp with time zone[] NOT NULL DEFAULT ('{}'),
    CONSTRAINT "PK_login_attempts" PRIMARY KEY (email_hash, network)
);

CREATE TABLE signing_keys (
    id character varying(64) NOT NULL,
    algorithm character varying(16) NOT NULL,
    public_jwk text NOT NULL,
    private_key text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_from timestamp with time zone NOT NULL,
    used_until timestamp with time zone NOT NULL,
    kept_until timestamp with time zone NOT NULL,
    CONSTRAINT "PK_signing_keys" PRIMARY KEY (id)
);

CREATE INDEX "IX_login_addresses_last_login_at" ON login_addresses (last_login_at);

CREATE INDEX "IX_login_attempts_failed_at" ON login_attempts (failed_at);

ALTER TABLE sessions SET (fillfactor = 80);

CREATE OR REPLACE FUNCTION cortex_notify_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The argument names the column that holds the user's id; a statement's trigger has none and means everybody.
    IF TG_LEVEL = 'STATEMENT' THEN
        PERFORM pg_notify('cortex_changes', '*');
    ELSIF TG_OP = 'INSERT' THEN
        PERFORM pg_notify('cortex_changes', to_jsonb(NEW) ->> TG_ARGV[0]);
    ELSE
        PERFORM pg_notify('cortex_changes', to_jsonb(OLD) ->> TG_ARGV[0]);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER cortex_notify_update AFTER UPDATE OF email, subscription_tier, is_active, is_verified ON users FOR EACH ROW
    WHEN ((OLD.email, OLD.subscription_tier, OLD.is_active, OLD.is_verified) IS DISTINCT FROM (NEW.email, NEW.subscription_tier, NEW.is_active, NEW.is_verified))
    EXECUTE FUNCTION cortex_notify_change('id');
CREATE TRIGGER cortex_notify_delete AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION cortex_notify_change('id');
CREATE TRIGGER cortex_notify_truncate AFTER TRUNCATE ON users EXECUTE FUNCTION cortex_notify_change();

CREATE TRIGGER cortex_notify_update AFTER UPDATE OF user_id, ended_at, expires_at ON sessions FOR EACH ROW
    WHEN ((OLD.user_id, OLD.ended_at, OLD.expires_at) IS DISTINCT FROM (NEW.user_id, NEW.ended_at, NEW.expires_at))
    EXECUTE FUNCTION cortex_notify_change('user_id');
CREATE TRIGGER cortex_notify_delete AFTER DELETE ON sessions FOR EACH ROW
    WHEN (OLD.ended_at IS NULL AND OLD.expires_at > now() AND OLD.idle_expires_at > now())
    EXECUTE FUNCTION cortex_notify_change('user_id');
CREATE TRIGGER cortex_notify_truncate AFTER TRUNCATE ON sessions EXECUTE FUNCTION cortex_notify_change();

CREATE TRIGGER cortex_notify_update AFTER UPDATE OF user_id, key_hash, is_active, expires_at, scopes ON api_keys FOR EACH ROW
    WHEN ((OLD.user_id, OLD.key_hash, OLD.is_active, OLD.expires_at, OLD.scopes) IS DISTINCT FROM (NEW.user_id, NEW.key_hash, NEW.is_active, NEW.expires_at, NEW.scopes))
    EXECUTE FUNCTION cortex_notify_change('user_id');
CREATE TRIGGER cortex_notify_delete AFTER DELETE ON api_keys FOR EACH ROW EXECUTE FUNCTION cortex_notify_change('user_id');
CREATE TRIGGER cortex_notify_truncate AFTER TRUNCATE ON api_keys EXECUTE FUNCTION cortex_notify_change();

CREATE TRIGGER cortex_notify_change AFTER INSERT OR UPDATE OR DELETE ON user_roles FOR EACH ROW EXECUTE FUNCTION cortex_notify_change('user_id');
CREATE TRIGGER cortex_notify_truncate AFTER TRUNCATE ON user_roles EXECUTE FUNCTION cortex_notify_change();
CREATE TRIGGER cortex_notify_change AFTER UPDATE OR DELETE ON roles EXECUTE FUNCTION cortex_notify_change();

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261124171852_LimitsAndChangeNotices', '10.0.15');

COMMIT;

START TRANSACTION;
CREATE INDEX IF NOT EXISTS ix_usage_logs_user_id_created_at ON usage_logs (user_id, coalesce(created_at, '-infinity'), id);
CREATE INDEX IF NOT EXISTS ix_usage_logs_api_key_id ON usage_logs (api_key_id);
CREATE INDEX IF NOT EXISTS ix_billing_events_user_id_created_at ON billing_events (user_id, created_at);

CREATE TABLE login_devices (
    user_id uuid NOT NULL,
    device bytea NOT NULL,
    last_login_at timestamp with time zone NOT NULL,
    CONSTRAINT "PK_login_devices" PRIMARY KEY (user_id, device),
    CONSTRAINT "FK_login_devices_users_user_id" FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE one_time_tokens (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    purpose character varying(32) NOT NULL,
    email character varying(255) NOT NULL,
    security_stamp character varying(64),
    session_id uuid,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    voided_at timestamp with time zone,
    CONSTRAINT "PK_one_time_tokens" PRIMARY KEY (id),
    CONSTRAINT "FK_one_time_tokens_users_user_id" FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE outbox_mails (
    id uuid NOT NULL,
    kind character varying(64) NOT NULL,
    user_id uuid,
    recipient character varying(320) NOT NULL,
    token_id uuid,
    details jsonb NOT NULL DEFAULT ('{}'),
    created_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    refusals integer NOT NULL DEFAULT 0,
    CONSTRAINT "PK_outbox_mails" PRIMARY KEY (id)
);

CREATE INDEX "IX_login_devices_last_login_at" ON login_devices (last_login_at);

CREATE INDEX "IX_one_time_tokens_expires_at" ON one_time_tokens (expires_at);

CREATE INDEX "IX_one_time_tokens_user_id_purpose_created_at" ON one_time_tokens (user_id, purpose, created_at);

CREATE INDEX "IX_outbox_mails_due_at" ON outbox_mails (due_at);

CREATE INDEX ix_one_time_tokens_new_email ON one_time_tokens (lower(email), created_at) WHERE purpose = 'change_email';

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

CREATE FUNCTION cortex_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The one change that is allowed: what tells of a person goes when the account is gone.
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.occurred_at, NEW.action, NEW.outcome, NEW.actor_id, NEW.user_id, NEW.request_id)
                IS NOT DISTINCT FROM (OLD.id, OLD.occurred_at, OLD.action, OLD.outcome, OLD.actor_id, OLD.user_id, OLD.request_id)
            AND NEW.ip IS NULL AND NEW.user_agent IS NULL AND NEW.details IS NULL
            AND NOT EXISTS (SELECT FROM users WHERE users.id = OLD.user_id) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit_events can only be added to; months that are over are dropped by AUDIT_RETENTION_DAYS' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER cortex_append_only BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION cortex_audit_append_only();
CREATE TRIGGER cortex_append_only_truncate BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION cortex_audit_append_only();
CREATE TRIGGER cortex_append_only_truncate BEFORE TRUNCATE ON audit_events_default FOR EACH STATEMENT EXECUTE FUNCTION cortex_audit_append_only();

CREATE FUNCTION cortex_forget_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE audit_events SET ip = NULL, user_agent = NULL, details = NULL WHERE user_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER cortex_forget_person AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION cortex_forget_person();

-- Makes the partition of the month that a time is in.
CREATE FUNCTION cortex_audit_partition(at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
    name text := 'audit_events_' || to_char(first, 'YYYY_MM');
BEGIN
    IF to_regclass(name) IS NULL THEN
        -- Made and then attached, which locks nobody out who writes or reads the other months.
        EXECUTE format('CREATE TABLE %I (LIKE audit_events INCLUDING DEFAULTS)', name);
        EXECUTE format('ALTER TABLE audit_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            name, first AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC');
        EXECUTE format('CREATE TRIGGER cortex_append_only_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION cortex_audit_append_only()', name);
    END IF;
END $$;

-- Makes the partitions of this month and the next three, moves to theirs what came while one was missing, and drops the months that ended before "oldest".
-- What waits for a lock here is waited for by every login, so it gives up soon: there are months of time, and an hour later it is tried again.
CREATE FUNCTION cortex_keep_audit_events(at timestamptz, oldest timestamptz) RETURNS void LANGUAGE plpgsql SET lock_timeout = '500ms' AS $$
DECLARE
    month timestamptz;
    part text;
BEGIN
    -- Replicas do it one after another.
    PERFORM pg_advisory_xact_lock(7166482767046043001);
    IF EXISTS (SELECT FROM audit_events_default) THEN
        ALTER TABLE audit_events DETACH PARTITION audit_events_default;
        FOR month IN SELECT DISTINCT date_trunc('month', occurred_at, 'UTC') FROM audit_events_default LOOP
            PERFORM cortex_audit_partition(month);
        END LOOP;
        INSERT INTO audit_events SELECT * FROM audit_events_default;
        DROP TABLE audit_events_default;
        CREATE TABLE audit_events_default PARTITION OF audit_events DEFAULT;
        CREATE TRIGGER cortex_append_only_truncate BEFORE TRUNCATE ON audit_events_default FOR EACH STATEMENT EXECUTE FUNCTION cortex_audit_append_only();
    END IF;

    FOR ahead IN 0..3 LOOP
        PERFORM cortex_audit_partition((date_trunc('month', at AT TIME ZONE 'UTC') + ahead * interval '1 month') AT TIME ZONE 'UTC');
    END LOOP;

    FOR part IN
        SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
        WHERE inhparent = 'audit_events'::regclass AND child.relname ~ '^audit_events_\d{4}_\d{2}$'
            AND (to_timestamp(right(child.relname, 7), 'YYYY_MM')::timestamp + interval '1 month') AT TIME ZONE 'UTC' <= oldest
    LOOP
        EXECUTE format('DROP TABLE %I', part);
    END LOOP;
END $$;
SELECT cortex_keep_audit_events(now(), '-infinity');

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261126185425_MailsTokensAndAudit', '10.0.15');

COMMIT;

START TRANSACTION;
ALTER TABLE two_factor_challenges ADD first_factor character varying(8) NOT NULL DEFAULT 'pwd';

CREATE TABLE passkey_challenges (
    id uuid NOT NULL,
    user_id uuid,
    purpose character varying(32) NOT NULL,
    state text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT "PK_passkey_challenges" PRIMARY KEY (id),
    CONSTRAINT "FK_passkey_challenges_users_user_id" FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE passkeys (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    name character varying(100) NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    transports text[] NOT NULL,
    is_user_verified boolean NOT NULL,
    is_backup_eligible boolean NOT NULL,
    is_backed_up boolean NOT NULL,
    attestation_object bytea NOT NULL,
    client_data_json bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    CONSTRAINT "PK_passkeys" PRIMARY KEY (id),
    CONSTRAINT "FK_passkeys_users_user_id" FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX "IX_passkey_challenges_expires_at" ON passkey_challenges (expires_at);

CREATE INDEX "IX_passkey_challenges_user_id" ON passkey_challenges (user_id);

CREATE UNIQUE INDEX "IX_passkeys_credential_id" ON passkeys (credential_id);

CREATE INDEX "IX_passkeys_user_id" ON passkeys (user_id);

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261126192159_Passkeys', '10.0.15');

COMMIT;

START TRANSACTION;
CREATE INDEX ix_users_by_created ON users (
    coalesce(subscription_tier, 'free'), coalesce(is_active, true), coalesce(is_verified, false), coalesce(created_at, '-infinity'), id);
CREATE INDEX ix_users_by_email ON users (
    coalesce(subscription_tier, 'free'), coalesce(is_active, true), coalesce(is_verified, false), (lower(email) COLLATE "C"));

-- Whether an administrator has a second factor is remembered too. Replaced and not dropped, which no login would go beside.
CREATE OR REPLACE TRIGGER cortex_notify_update AFTER UPDATE OF email, subscription_tier, is_active, is_verified, two_factor_enabled ON users FOR EACH ROW
    WHEN ((OLD.email, OLD.subscription_tier, OLD.is_active, OLD.is_verified, OLD.two_factor_enabled)
        IS DISTINCT FROM (NEW.email, NEW.subscription_tier, NEW.is_active, NEW.is_verified, NEW.two_factor_enabled))
    EXECUTE FUNCTION cortex_notify_change('id');
CREATE TRIGGER cortex_notify_change AFTER INSERT OR DELETE ON passkeys FOR EACH ROW EXECUTE FUNCTION cortex_notify_change('user_id');

INSERT INTO roles (name, normalized_name)
SELECT name, name FROM (VALUES ('admin'), ('support')) AS wanted (name) WHERE NOT EXISTS (SELECT FROM roles WHERE roles.name = wanted.name);

CREATE INDEX ix_audit_events_actor ON audit_events (actor_id, occurred_at DESC, id DESC) WHERE actor_id IS NOT NULL;
CREATE INDEX ix_audit_events_action ON audit_events (action, occurred_at DESC, id DESC);

-- Of two filters the second may leave few of very many: all that somebody imported, or a robot's logins.
CREATE INDEX ix_audit_events_user_action ON audit_events (user_id, action, occurred_at DESC, id DESC);
CREATE INDEX ix_audit_events_actor_action ON audit_events (actor_id, action, occurred_at DESC, id DESC) WHERE actor_id IS NOT NULL;
CREATE INDEX ix_audit_events_actor_user ON audit_events (actor_id, user_id, occurred_at DESC, id DESC) WHERE actor_id <> user_id;

CREATE INDEX ix_usage_logs_user ON usage_logs (user_id, created_at);
CREATE INDEX ix_billing_events_created ON billing_events (coalesce(created_at, '-infinity'), id);
CREATE INDEX ix_billing_events_processed ON billing_events (coalesce(processed, false), coalesce(created_at, '-infinity'), id);
CREATE INDEX ix_billing_events_user ON billing_events (user_id, coalesce(created_at, '-infinity'), id);
CREATE INDEX ix_billing_events_user_processed ON billing_events (user_id, coalesce(processed, false), coalesce(created_at, '-infinity'), id);

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

CREATE FUNCTION cortex_count_logins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO daily_changes (day, logins, login_failures)
    VALUES ((NEW.occurred_at AT TIME ZONE 'UTC')::date, (NEW.action = 'login.succeeded')::integer, (NEW.action = 'login.failed')::integer);
    RETURN NULL;
END $$;

-- Not what moves from the default partition to that of its month: it was counted when it came.
ALTER FUNCTION cortex_keep_audit_events(timestamptz, timestamptz) SET cortex.moves_events = 'on';
CREATE TRIGGER cortex_count_logins AFTER INSERT ON audit_events FOR EACH ROW
    WHEN (NEW.action IN ('login.succeeded', 'login.failed') AND current_setting('cortex.moves_events', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION cortex_count_logins();

-- What is there already.
INSERT INTO account_totals
SELECT coalesce(subscription_tier, 'free'), coalesce(is_active, true), coalesce(is_verified, false), coalesce(two_factor_enabled, false), count(*)
FROM users GROUP BY 1, 2, 3, 4;
INSERT INTO daily_totals (day, sign_ups)
SELECT (created_at AT TIME ZONE 'UTC')::date, count(*) FROM users WHERE isfinite(created_at) GROUP BY 1;
INSERT INTO daily_changes (day, logins, login_failures)
SELECT (occurred_at AT TIME ZONE 'UTC')::date, count(*) FILTER (WHERE action = 'login.succeeded'), count(*) FILTER (WHERE action = 'login.failed')
FROM audit_events WHERE action IN ('login.succeeded', 'login.failed') GROUP BY 1;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261126213552_Administration', '10.0.15');

COMMIT;

