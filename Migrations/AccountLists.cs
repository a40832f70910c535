namespace Cortex.IdentityServer.Migrations;

/// <summary>The SQL of what administration reads: pages of users, events and usage, each found in the order of an index.</summary>
internal static class AccountLists
{
    /// <remarks>
    /// The filters come first, so that every combination of them is a few ranges of an index, each in the order of the page: no page is slower than another
    /// (decision 0015). The expressions are those of <c>Admin/Users/UserPageSql</c>, word for word, as PostgreSQL compares them.
    /// </remarks>
    public const string Create = """
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
        """;

    public const string Drop = """
        DROP TRIGGER cortex_notify_change ON passkeys;
        CREATE OR REPLACE TRIGGER cortex_notify_update AFTER UPDATE OF email, subscription_tier, is_active, is_verified ON users FOR EACH ROW
            WHEN ((OLD.email, OLD.subscription_tier, OLD.is_active, OLD.is_verified) IS DISTINCT FROM (NEW.email, NEW.subscription_tier, NEW.is_active, NEW.is_verified))
            EXECUTE FUNCTION cortex_notify_change('id');
        DROP INDEX ix_users_by_created, ix_users_by_email, ix_audit_events_actor, ix_audit_events_action, ix_audit_events_user_action,
            ix_audit_events_actor_action, ix_audit_events_actor_user, ix_usage_logs_user,
            ix_billing_events_created, ix_billing_events_processed, ix_billing_events_user, ix_billing_events_user_processed;
        """;
}
