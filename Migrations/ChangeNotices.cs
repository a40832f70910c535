namespace Cortex.IdentityServer.Migrations;

/// <summary>
/// The SQL of the triggers by which replicas hear of a change, whichever program made it: <c>NOTIFY cortex_changes</c> with the id of the
/// user whose sessions, keys, roles or account are no longer as they were, or <c>*</c> for everybody's.
/// </summary>
/// <remarks>
/// Only what a replica may remember is told. Rotating a refresh token, using a key or logging in is not: each notice takes a lock
/// that all committing notifiers share. The columns are named twice: a statement that sets none of them doesn't even read the condition.
/// </remarks>
internal static class ChangeNotices
{
    /// <summary>A later migration runs this again, for databases that have an earlier form of it.</summary>
    public const string Function = """
        CREATE OR REPLACE FUNCTION cortex_notify_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            -- The argument names the column that holds the user's id; a statement's trigger has none and means everybody.
            IF TG_LEVEL = 'STATEMENT' THEN
                PERFORM pg_notify('cortex_changes', '*');
            ELSIF TG_OP = 'INSERT' THEN
                PERFORM pg_notify('cortex_changes', pg_catalog.to_jsonb(NEW) ->> TG_ARGV[0]);
            ELSE
                PERFORM pg_notify('cortex_changes', pg_catalog.to_jsonb(OLD) ->> TG_ARGV[0]);
            END IF;
            RETURN NULL;
        END $$;
        """;

    public const string Create = Function + """

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
        """;

    public const string Drop = """
        DROP FUNCTION cortex_notify_change() CASCADE;
        """;
}
