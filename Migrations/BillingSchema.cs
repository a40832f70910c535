namespace Cortex.IdentityServer.Migrations;

/// <summary>The SQL of billing: received events, subscriptions, the tier that follows from them, and the usage that is sent to Polar (decision 0027).</summary>
internal static class BillingSchema
{
    public const string Create = """
        -- The period of the user's subscription, for which quotas count instead of the calendar month.
        ALTER TABLE users ADD COLUMN billing_period_start timestamptz, ADD COLUMN billing_period_end timestamptz;

        -- The state of the work on an event. Events that had no effect are deleted after a while.
        ALTER TABLE billing_events ADD COLUMN attempts integer NOT NULL DEFAULT 0, ADD COLUMN error text, ADD COLUMN next_attempt_at timestamptz,
            ADD COLUMN failed_at timestamptz, ADD COLUMN had_effect boolean NOT NULL DEFAULT true;
        CREATE INDEX ix_billing_events_due ON billing_events (coalesce(next_attempt_at, '-infinity'))
            WHERE NOT coalesce(processed, false) AND failed_at IS NULL;
        CREATE INDEX ix_billing_events_failed ON billing_events (failed_at) WHERE failed_at IS NOT NULL;
        CREATE INDEX ix_billing_events_without_effect ON billing_events (created_at) WHERE NOT had_effect;

        -- The ids of all webhooks that were ever received, so that none takes effect twice.
        CREATE TABLE billing_event_ids (
            polar_event_id varchar(255) PRIMARY KEY,
            received_at timestamptz NOT NULL);

        -- Webhooks that haven't been worked on, and those that belong to no user that is known here. The documented billing_events requires a user.
        CREATE TABLE billing_inbox (
            id uuid PRIMARY KEY,
            polar_event_id varchar(255) NOT NULL UNIQUE,
            event_type varchar(100) NOT NULL,
            data text NOT NULL,
            created_at timestamptz NOT NULL,
            attempts integer NOT NULL DEFAULT 0,
            error text,
            next_attempt_at timestamptz,
            failed_at timestamptz,
            unmatched_at timestamptz,
            processed_at timestamptz,
            external_id varchar(255),
            customer_id varchar(255),
            customer_email varchar(255));
        CREATE INDEX ix_billing_inbox_due ON billing_inbox (coalesce(next_attempt_at, '-infinity'), id)
            WHERE failed_at IS NULL AND unmatched_at IS NULL AND processed_at IS NULL;
        CREATE INDEX ix_billing_inbox_external_id ON billing_inbox (external_id) WHERE external_id IS NOT NULL;
        CREATE INDEX ix_billing_inbox_created ON billing_inbox (created_at, id);
        CREATE INDEX ix_billing_inbox_unmatched ON billing_inbox (id) WHERE unmatched_at IS NOT NULL;
        CREATE INDEX ix_billing_inbox_processed ON billing_inbox (processed_at) WHERE processed_at IS NOT NULL;

        -- Polar's customers, and the users that they are.
        CREATE TABLE billing_customers (
            customer_id varchar(255) PRIMARY KEY,
            user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            snapshot_at timestamptz,
            created_at timestamptz NOT NULL);
        CREATE INDEX ix_billing_customers_user ON billing_customers (user_id);

        -- What Polar last said of each subscription, and when it said so.
        CREATE TABLE billing_subscriptions (
            id varchar(255) PRIMARY KEY,
            user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            customer_id varchar(255) NOT NULL,
            product_id varchar(255) NOT NULL,
            status varchar(50) NOT NULL,
            current_period_start timestamptz,
            current_period_end timestamptz,
            cancel_at_period_end boolean NOT NULL DEFAULT false,
            ends_at timestamptz,
            ended_at timestamptz,
            past_due_at timestamptz,
            said_at timestamptz NOT NULL,
            said_by varchar(255) NOT NULL,
            revoked_at timestamptz,
            active_at timestamptz,
            unlisted_at timestamptz,
            created_at timestamptz NOT NULL);
        CREATE INDEX ix_billing_subscriptions_user ON billing_subscriptions (user_id);
        CREATE INDEX ix_billing_subscriptions_customer ON billing_subscriptions (customer_id);

        -- The tier that a user's subscriptions gave when they were last looked at, and when time alone changes it.
        CREATE TABLE billing_accounts (
            user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
            tier varchar(50) NOT NULL,
            next_change_at timestamptz,
            rules varchar(64) NOT NULL,
            updated_at timestamptz NOT NULL);
        CREATE INDEX ix_billing_accounts_next_change ON billing_accounts (next_change_at) WHERE next_change_at IS NOT NULL;

        -- When to ask Polar again for the state of a user, in case webhooks were lost: users who are customers, and those who have begun a checkout.
        CREATE TABLE billing_sweeps (
            user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
            due_at timestamptz NOT NULL);
        CREATE INDEX ix_billing_sweeps_due ON billing_sweeps (due_at);

        -- Subscriptions of deleted accounts, until they are canceled at Polar. A TRUNCATE of users cancels none.
        CREATE TABLE billing_cancellations (
            subscription_id varchar(255) PRIMARY KEY,
            product_id varchar(255) NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            attempts integer NOT NULL DEFAULT 0,
            due_at timestamptz NOT NULL DEFAULT '-infinity');
        CREATE INDEX ix_billing_cancellations_due ON billing_cancellations (due_at);
        CREATE FUNCTION cortex_cancel_subscriptions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            INSERT INTO billing_cancellations (subscription_id, product_id)
            SELECT id, product_id FROM gone WHERE ended_at IS NULL AND status::text <> 'incomplete_expired'
            ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$;
        CREATE TRIGGER cortex_cancel_subscriptions AFTER DELETE ON billing_subscriptions REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
            EXECUTE FUNCTION cortex_cancel_subscriptions();

        -- Usage that isn't in an event for Polar yet, because its hour isn't over.
        CREATE TABLE billing_meter_hours (
            user_id uuid NOT NULL,
            hour timestamptz NOT NULL,
            provider varchar(50) NOT NULL,
            requests bigint NOT NULL,
            tokens_used bigint NOT NULL,
            cost_micros bigint NOT NULL,
            PRIMARY KEY (user_id, hour, provider)) WITH (fillfactor = 80);
        CREATE INDEX ix_billing_meter_hours_hour ON billing_meter_hours (hour);

        -- Events for Polar, which never change. Usage that comes late is in the next number of its hour.
        CREATE TABLE billing_meter_events (
            user_id uuid NOT NULL,
            hour timestamptz NOT NULL,
            provider varchar(50) NOT NULL,
            number integer NOT NULL,
            external_id varchar(100) NOT NULL UNIQUE,
            requests bigint NOT NULL,
            tokens_used bigint NOT NULL,
            cost_micros bigint NOT NULL,
            created_at timestamptz NOT NULL,
            sent_at timestamptz,
            accepted_at timestamptz,
            parked_at timestamptz,
            error text,
            PRIMARY KEY (user_id, hour, provider, number));
        CREATE INDEX ix_billing_meter_events_unsent ON billing_meter_events (hour) WHERE accepted_at IS NULL;
        CREATE INDEX ix_billing_meter_events_created ON billing_meter_events USING brin (created_at) WITH (autosummarize = on);

        -- This is a trigger rather than a foreign key for the same reason as cortex_forget_usage.
        CREATE FUNCTION cortex_forget_meter() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                TRUNCATE billing_meter_hours, billing_meter_events;
            ELSE
                DELETE FROM billing_meter_hours USING gone WHERE user_id = gone.id;
                DELETE FROM billing_meter_events USING gone WHERE user_id = gone.id;
                -- The worker locks an event before its account, so waiting for one here could deadlock.
                DELETE FROM billing_inbox WHERE id IN (
                    SELECT billing_inbox.id FROM billing_inbox JOIN gone ON external_id = gone.id::text FOR UPDATE OF billing_inbox SKIP LOCKED);
            END IF;
            RETURN NULL;
        END $$;
        DO $do$
        BEGIN
            EXECUTE pg_catalog.format('ALTER FUNCTION cortex_forget_meter SET search_path = %I, pg_temp', current_schema());
            EXECUTE pg_catalog.format('ALTER FUNCTION cortex_cancel_subscriptions SET search_path = %I, pg_temp', current_schema());
        END $do$;

        -- Triggers fire in the order of their names. These follow cortex_forget_usage, after which no more usage of the user can be folded.
        CREATE TRIGGER cortex_forget_usage_meter AFTER DELETE ON users REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
            EXECUTE FUNCTION cortex_forget_meter();
        CREATE TRIGGER cortex_forget_usage_truncate_meter AFTER TRUNCATE ON users FOR EACH STATEMENT EXECUTE FUNCTION cortex_forget_meter();

        -- The period is cached with a user's credentials.
        CREATE OR REPLACE TRIGGER cortex_notify_update
            AFTER UPDATE OF email, subscription_tier, is_active, is_verified, two_factor_enabled, quota, deleted_at, billing_period_start, billing_period_end
            ON users FOR EACH ROW
            WHEN ((OLD.email, OLD.subscription_tier, OLD.is_active, OLD.is_verified, OLD.two_factor_enabled, OLD.quota, OLD.deleted_at,
                    OLD.billing_period_start, OLD.billing_period_end)
                IS DISTINCT FROM (NEW.email, NEW.subscription_tier, NEW.is_active, NEW.is_verified, NEW.two_factor_enabled, NEW.quota, NEW.deleted_at,
                    NEW.billing_period_start, NEW.billing_period_end))
            EXECUTE FUNCTION cortex_notify_change('id');
        """ + "\n" + PortableSchema.OwnerOnly;

    public const string Drop = """
        CREATE OR REPLACE TRIGGER cortex_notify_update
            AFTER UPDATE OF email, subscription_tier, is_active, is_verified, two_factor_enabled, quota, deleted_at ON users FOR EACH ROW
            WHEN ((OLD.email, OLD.subscription_tier, OLD.is_active, OLD.is_verified, OLD.two_factor_enabled, OLD.quota, OLD.deleted_at)
                IS DISTINCT FROM (NEW.email, NEW.subscription_tier, NEW.is_active, NEW.is_verified, NEW.two_factor_enabled, NEW.quota, NEW.deleted_at))
            EXECUTE FUNCTION cortex_notify_change('id');
        DROP TRIGGER cortex_forget_usage_meter ON users;
        DROP TRIGGER cortex_forget_usage_truncate_meter ON users;
        DROP FUNCTION cortex_forget_meter;
        DROP TABLE billing_meter_events, billing_meter_hours, billing_cancellations, billing_sweeps, billing_accounts, billing_subscriptions,
            billing_customers, billing_inbox, billing_event_ids;
        DROP FUNCTION cortex_cancel_subscriptions;
        DROP INDEX ix_billing_events_without_effect, ix_billing_events_failed, ix_billing_events_due;
        ALTER TABLE billing_events DROP COLUMN attempts, DROP COLUMN error, DROP COLUMN next_attempt_at, DROP COLUMN failed_at, DROP COLUMN had_effect;
        ALTER TABLE users DROP COLUMN billing_period_start, DROP COLUMN billing_period_end;
        """;
}
