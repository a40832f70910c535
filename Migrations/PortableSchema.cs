namespace Cortex.IdentityServer.Migrations;

/// <summary>
/// The SQL that makes the schema work for roles without privileges of their own: the owner needs no superuser, a program needs no more than grants on the
/// tables that it writes, and no statement depends on the caller's search_path.
/// </summary>
internal static class PortableSchema
{
    /// <summary>Our functions that run as their owner. By name and argument types, as the database's owner may have functions whose names begin alike.</summary>
    public const string DefinerSignatures = """
        ('cortex_touch_updated_at', ''), ('cortex_notify_change', ''), ('cortex_audit_append_only', ''), ('cortex_forget_person', ''),
            ('cortex_count_accounts', ''), ('cortex_count_logins', ''), ('cortex_promote_email_twin', ''),
            ('cortex_count_usage', ''), ('cortex_forget_usage', ''), ('cortex_forget_meter', ''), ('cortex_cancel_subscriptions', ''),
            ('cortex_usage_partition', 'regclass, text, uuid, uuid'),
            ('cortex_keep_usage_months', 'timestamp with time zone, timestamp with time zone'),
            ('cortex_audit_partition', 'timestamp with time zone'),
            ('cortex_keep_audit_events', 'timestamp with time zone, timestamp with time zone')
        """;

    private const string Definers = """
        SELECT pg_proc.oid FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
        WHERE nspname = current_schema() AND (proname::text, oidvectortypes(proargtypes)) IN (
        """ + DefinerSignatures + ")";

    /// <summary>Nobody but the owner may call them or make triggers of them, default privileges of the schema notwithstanding; a trigger that exists fires for everybody.</summary>
    public const string OwnerOnly = """
        DO $do$
        DECLARE
            one regprocedure;
            role oid;
        BEGIN
            FOR one IN
        """ + "\n" + Definers + "\n" + """
            LOOP
                FOR role IN
                    SELECT DISTINCT grantee FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE pg_proc.oid = one::oid AND grantee <> proowner
                LOOP
                    EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM %s', one, CASE role WHEN 0::oid THEN 'PUBLIC' ELSE role::regrole::text END);
                END LOOP;
            END LOOP;
        END $do$;
        """;

    /// <remarks>
    /// The functions run as their owner, with a fixed search_path: a program that may write users needn't have any right on the tables that the triggers write,
    /// and dumps, restores and foreign tables, which set an empty search_path, still find them. pg_catalog comes first without being named. That isn't enough
    /// where somebody else may create in the schema, as an operator of exactly the operands' types is preferred wherever it is. So the functions compare only
    /// types that PostgreSQL has an operator for: text, and not varchar or name.
    /// </remarks>
    public const string Functions =
        AuditEvents.Upkeep + "\n" + AuditEvents.AppendOnly + "\n" + ChangeNotices.Function + "\n" + AccountStatistics.LoginTrigger + """

        DO $do$
        DECLARE
            one regprocedure;
        BEGIN
            FOR one IN
        """ + "\n" + Definers + "\n" + """
            LOOP
                EXECUTE pg_catalog.format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = %I, pg_temp', one, current_schema());
            END LOOP;
        END $do$;

        """ + OwnerOnly;

    /// <summary>Logical replication can't repeat an UPDATE or DELETE on a table without a key, so PostgreSQL refuses them once there is a publication.</summary>
    public const string Keys = """
        ALTER TABLE account_changes ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
        ALTER TABLE daily_changes ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
        """;

    /// <summary>Rows of id and name. Each role has the same id in every database, so that a dump of <c>user_roles</c> means the same in another one.</summary>
    public const string FixedRoles = """
        ('c0f7e100-0000-4000-8000-000000000001', 'admin'),
        ('c0f7e100-0000-4000-8000-000000000002', 'support'),
        ('c0f7e100-0000-4000-8000-000000000003', 'service')
        """;

    /// <summary>Gives the roles their fixed ids.</summary>
    public const string Roles = """
        DO $do$
        DECLARE
            wanted record;
            known uuid;
        BEGIN
            FOR wanted IN SELECT id::uuid, name FROM (VALUES
        """ + "\n" + FixedRoles + """
        ) AS fixed (id, name)
            LOOP
                known := (SELECT roles.id FROM roles WHERE roles.normalized_name::text = wanted.name);
                IF known IS NULL THEN
                    INSERT INTO roles (id, name, normalized_name) VALUES (wanted.id, wanted.name, wanted.name);
                ELSIF known <> wanted.id THEN
                    UPDATE roles SET normalized_name = 'replaced:' || wanted.name WHERE roles.id = known;
                    INSERT INTO roles (id, name, normalized_name, concurrency_stamp)
                    SELECT wanted.id, roles.name, wanted.name, roles.concurrency_stamp FROM roles WHERE roles.id = known;
                    UPDATE user_roles SET role_id = wanted.id WHERE user_roles.role_id = known;
                    DELETE FROM roles WHERE roles.id = known;
                END IF;
            END LOOP;
        END $do$;
        """;

    /// <summary>Roles keep their ids: the version before works with them too.</summary>
    public const string Drop = """
        ALTER TABLE account_changes DROP COLUMN id;
        ALTER TABLE daily_changes DROP COLUMN id;

        DO $do$
        DECLARE
            one regprocedure;
        BEGIN
            FOR one IN
        """ + "\n" + Definers + "\n" + """
            LOOP
                EXECUTE pg_catalog.format('ALTER FUNCTION %s SECURITY INVOKER RESET search_path', one);
                EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', one);
            END LOOP;
        END $do$;
        """;
}
