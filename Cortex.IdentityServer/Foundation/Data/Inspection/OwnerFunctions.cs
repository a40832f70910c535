using Cortex.IdentityServer.Migrations;

namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>
/// The functions that run with their owner's rights. They have to use the schema of the server's tables, and no other role may call them. A renamed schema,
/// or a dump restored without privileges, breaks this.
/// </summary>
internal static class OwnerFunctions
{
    /// <summary>Returns a row for each function. The owner decides which roles may create monthly partitions, but PUBLIC never may.</summary>
    public const string Query = $"""
        SELECT pg_proc.oid::regprocedure AS signature, proname::text AS name, nspname,
            pg_get_userbyid(proowner)::text AS owner, pg_has_role(proowner, 'USAGE') AS owned,
            NOT coalesce(format('search_path=%I, pg_temp', nspname) = ANY (proconfig), false) AS wrong_path,
            ARRAY(
                SELECT DISTINCT CASE grantee WHEN 0::oid THEN 'PUBLIC' ELSE grantee::regrole::text END
                FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))
                WHERE grantee <> proowner AND (grantee = 0::oid OR proname NOT IN ('cortex_keep_audit_events', 'cortex_keep_usage_months'))) AS callers
        FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
        WHERE proname LIKE 'cortex\_%' AND pronamespace = {CatalogSql.OurSchema}
            AND (proname::text, oidvectortypes(proargtypes)) IN ({PortableSchema.DefinerSignatures})
        """;

    /// <summary>Corrects the functions that this role owns.</summary>
    public const string Correct = $"""
        DO $do$
        DECLARE
            one record;
            caller text;
        BEGIN
            FOR one IN
                SELECT * FROM (
        {Query}) AS ours WHERE owned
            LOOP
                IF one.wrong_path THEN
                    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', one.signature, one.nspname);
                END IF;
                FOREACH caller IN ARRAY one.callers LOOP
                    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM %s CASCADE', one.signature, caller);
                END LOOP;
            END LOOP;
        END $do$
        """;

    /// <param name="names">The functions whose search_path is wrong.</param>
    /// <param name="schema">The schema of the tables.</param>
    /// <param name="owner">The role that can correct them; null if it is this role, which does so.</param>
    public static Finding? WrongSearchPath(string[] names, string schema, string? owner) => (names, owner) switch
    {
        ([], _) => null,
        (_, null) => new(Severity.Repair, $"The search_path of these functions becomes {schema}, the schema of the server's tables: {List(names)}."),
        _ => new(
            Severity.Refuse,
            $"The server's tables are in the schema {schema}, but these functions look elsewhere, so every write would fail: {List(names)}. "
            + $"Run migrate as {owner}, who owns them, to correct that."),
    };

    /// <param name="names">The functions that other roles may call.</param>
    /// <param name="owner">The role that can correct them; null if it is this role, which does so.</param>
    public static Finding? ExposedToOthers(string[] names, string? owner) => (names, owner) switch
    {
        ([], _) => null,
        (_, null) => new(Severity.Repair, $"From now on, only their owner can call these functions: {List(names)}."),
        _ => new(
            Severity.Warn,
            $"Roles other than their owner may call these functions, which run with the owner's rights: {List(names)}. "
            + $"Run migrate as {owner}, who owns them, to revoke that right."),
    };

    private static string List(string[] names) => string.Join(", ", names);
}
