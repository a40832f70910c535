using Microsoft.EntityFrameworkCore.Migrations;

namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The catalog queries, one for each list of <see cref="Catalog"/>.</summary>
/// <remarks>The parameter <c>$1</c> contains the names of all the server's tables, and <c>$2</c> those of the documented ones.</remarks>
internal static class CatalogSql
{
    /// <summary>The schema of the server's tables, or the one in which they would be created.</summary>
    public const string OurSchema = $"""
        coalesce(
            (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass('"{HistoryRepository.DefaultTableName}"')),
            (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass('users')),
            (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema()))
        """;

    /// <summary>
    /// Whether row-level security can hide rows from this role. A permissive policy for all commands whose condition is just <c>true</c> hides none.
    /// </summary>
    public const string HidesRows = """
        (row_security_active(pg_class.oid) AND (
            NOT EXISTS (
                SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polpermissive AND polcmd = '*' AND pg_get_expr(polqual, polrelid) = 'true'
                    AND coalesce(pg_get_expr(polwithcheck, polrelid), 'true') = 'true'
                    AND EXISTS (SELECT FROM unnest(polroles) AS role WHERE role = 0 OR pg_has_role(role, 'USAGE')))
            OR EXISTS (
                SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND NOT polpermissive
                    AND EXISTS (SELECT FROM unnest(polroles) AS role WHERE role = 0 OR pg_has_role(role, 'USAGE')))))
        """;

    /// <summary>The plain schema name; <c>regnamespace</c> would quote some.</summary>
    private const string SchemaOfRelation = "(SELECT nspname::text FROM pg_namespace WHERE pg_namespace.oid = relnamespace)";

    public const string Server = $"""
        SELECT current_setting('server_version_num')::int, current_setting('server_version'), pg_encoding_to_char(encoding),
            current_user::text, datname::text, nspname::text, current_setting('search_path') <> '"$user", public',
            coalesce(has_schema_privilege(ours.oid, 'CREATE'), false),
            coalesce((SELECT has_language_privilege(pg_language.oid, 'USAGE') FROM pg_language WHERE lanname = 'plpgsql'), false),
            pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on',
            ARRAY(
                SELECT {SchemaOfRelation} FROM pg_class
                WHERE relname = 'users' AND relkind IN ('r', 'p', 'v', 'f', 'm') AND {SchemaOfRelation} !~ '^(pg_|information_schema$)'
                    AND 2 = (SELECT count(*) FROM pg_attribute WHERE attrelid = pg_class.oid AND attname IN ('email', 'password_hash')) ORDER BY 1)
        FROM pg_database LEFT JOIN pg_namespace AS ours ON ours.oid = {OurSchema} WHERE datname = current_database()
        """;

    public const string Relations = $"""
        SELECT relname::text, {SchemaOfRelation}, relkind, relpersistence, relispartition,
            EXISTS (SELECT FROM pg_inherits WHERE pg_class.oid IN (inhrelid, inhparent)),
            pg_get_userbyid(relowner)::text, pg_has_role(relowner, 'USAGE'), {HidesRows},
            (relreplident = 'n' OR (relreplident = 'i' AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = pg_class.oid AND indisreplident)))
                AND EXISTS (
                    SELECT FROM pg_publication_tables JOIN pg_publication USING (pubname)
                    WHERE schemaname = {SchemaOfRelation} AND tablename = relname AND (pubupdate OR pubdelete))
        FROM unnest($1) AS name JOIN pg_class ON pg_class.oid = to_regclass(quote_ident(name))
        """;

    public const string Columns = $"""
        SELECT relname::text, attname::text, typname::text, format_type(atttypid, atttypmod), typtype,
            CASE WHEN typname IN ('varchar', 'bpchar') AND atttypmod > 0 THEN atttypmod - 4 END,
            CASE WHEN typname = 'numeric' AND atttypmod > 0 THEN ((atttypmod - 4) >> 16) & 65535 END,
            CASE WHEN typname = 'numeric' AND atttypmod > 0 THEN (atttypmod - 4) & 2047 END,
            attnotnull OR typnotnull, attidentity <> '' OR attgenerated <> '', atthasdef OR typdefault IS NOT NULL, pg_get_expr(adbin, adrelid)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_type ON pg_type.oid = atttypid
            LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = {Documented} AND attnum > 0 AND NOT attisdropped ORDER BY relname, attnum
        """;

    public const string Constraints = $"""
        SELECT relname::text, conname::text, contype,
            ARRAY(
                SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS key (number, place)
                    JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
            CASE WHEN contype = 'f' THEN confrelid::regclass::text END,
            (SELECT target.relname::text FROM pg_class AS target WHERE target.oid = confrelid AND target.oid = {Documented}),
            ARRAY(
                SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS key (number, place)
                    JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY place),
            confdeltype, convalidated, condeferrable, pg_get_constraintdef(pg_constraint.oid), CASE WHEN contype = 'c' THEN pg_get_expr(conbin, conrelid) END
        FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
        WHERE conrelid = {Documented} ORDER BY 1, 2
        """;

    public const string Indexes = $"""
        SELECT relname::text, (SELECT relname::text FROM pg_class WHERE oid = indexrelid), indisunique, indisvalid AND indimmediate,
            indpred IS NOT NULL, indexprs IS NOT NULL, indnullsnotdistinct,
            ARRAY(
                SELECT attname::text FROM unnest(indkey[0:indnkeyatts - 1]) WITH ORDINALITY AS key (number, place)
                    JOIN pg_attribute ON attrelid = indrelid AND attnum = number ORDER BY place),
            ARRAY(
                SELECT DISTINCT attname::text FROM pg_attribute WHERE attrelid = indrelid AND (attnum = ANY (indkey) OR EXISTS (
                    SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = indexrelid
                        AND refclassid = 'pg_class'::regclass AND refobjid = indrelid AND refobjsubid = attnum))),
            pg_get_indexdef(indexrelid)
        FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
        WHERE indrelid = {Documented} ORDER BY 1, 2
        """;

    public const string Triggers = $"""
        SELECT relname::text, tgname::text, false, (tgtype & 7) = 7 FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE tgrelid = {Documented} AND NOT tgisinternal AND tgenabled <> 'D' AND tgname NOT LIKE 'cortex\_%'
        UNION ALL
        SELECT relname::text, rulename::text, true, false FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class
        WHERE ev_class = {Documented} AND rulename <> '_RETURN' AND relkind IN ('r', 'p') ORDER BY 1, 2
        """;

    /// <summary>Objects that PostgreSQL doesn't rebuild by itself when a column's type changes.</summary>
    public const string Dependents = $"""
        SELECT DISTINCT relname::text, attname::text, kind, name FROM (
            SELECT refobjid, refobjsubid, CASE relkind WHEN 'm' THEN 'materialized view' WHEN 'v' THEN 'view' ELSE 'rule on' END AS kind,
                ev_class::regclass::text AS name
            FROM pg_depend JOIN pg_rewrite ON pg_rewrite.oid = objid JOIN pg_class ON pg_class.oid = ev_class
            WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_class'::regclass
            UNION ALL
            SELECT refobjid, refobjsubid, 'trigger', tgname::text FROM pg_depend JOIN pg_trigger ON pg_trigger.oid = objid
            WHERE classid = 'pg_trigger'::regclass AND refclassid = 'pg_class'::regclass AND NOT tgisinternal
            UNION ALL
            SELECT refobjid, refobjsubid, 'policy', polname::text FROM pg_depend JOIN pg_policy ON pg_policy.oid = objid
            WHERE classid = 'pg_policy'::regclass AND refclassid = 'pg_class'::regclass
            UNION ALL
            SELECT refobjid, refobjsubid, 'function', objid::regprocedure::text FROM pg_depend
            WHERE classid = 'pg_proc'::regclass AND refclassid = 'pg_class'::regclass
            UNION ALL
            SELECT refobjid, refobjsubid, 'publication', pubname::text
            FROM pg_depend JOIN pg_publication_rel ON pg_publication_rel.oid = objid JOIN pg_publication ON pg_publication.oid = prpubid
            WHERE classid = 'pg_publication_rel'::regclass AND refclassid = 'pg_class'::regclass
            UNION ALL
            SELECT refobjid, refobjsubid, 'generated column', attname::text
            FROM pg_depend JOIN pg_attrdef ON pg_attrdef.oid = objid JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
            WHERE classid = 'pg_attrdef'::regclass AND refclassid = 'pg_class'::regclass AND attgenerated <> '' AND refobjsubid <> adnum) AS dependents
        JOIN pg_class ON pg_class.oid = refobjid JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
        WHERE refobjsubid > 0 AND refobjid = {Documented} ORDER BY 1, 2, 4
        """;

    public const string References = $"""
        SELECT DISTINCT conrelid::regclass::text, relname::text FROM pg_constraint JOIN pg_class ON pg_class.oid = confrelid
        WHERE contype = 'f' AND confdeltype IN ('a', 'r') AND conparentid = 0 AND confrelid = {Documented}
            AND conrelid <> ALL (SELECT to_regclass(quote_ident(name)) FROM unnest($1) AS name WHERE to_regclass(quote_ident(name)) IS NOT NULL) ORDER BY 1
        """;

    /// <summary>
    /// Objects that have one of the given names in the server's schema, or hide it by preceding that schema on the search_path. Here <c>$1</c> contains
    /// names of tables and indexes, <c>$2</c> names of functions, and <c>$3</c> a pattern for further tables.
    /// </summary>
    public const string Taken = $"""
        SELECT pg_class.relname::text, (SELECT nspname::text FROM pg_namespace WHERE pg_namespace.oid = pg_class.relnamespace),
            CASE pg_class.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence'
                WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'c' THEN 'type' ELSE 'table' END,
            CASE WHEN indrelid = to_regclass(quote_ident(owner.relname)) THEN owner.relname::text END
        FROM pg_class LEFT JOIN pg_index ON indexrelid = pg_class.oid LEFT JOIN pg_class AS owner ON owner.oid = indrelid
        WHERE (pg_class.relname = ANY ($1) OR pg_class.relname ~ ($3)[1])
            AND (pg_class.relnamespace = {OurSchema} OR (pg_class.oid = to_regclass(quote_ident(pg_class.relname)) AND pg_class.relkind <> 'i'))
        UNION ALL
        SELECT typname::text, (SELECT nspname::text FROM pg_namespace WHERE pg_namespace.oid = typnamespace), 'type', NULL FROM pg_type
        WHERE typname = ANY ($1) AND typrelid = 0 AND typelem = 0 AND typnamespace = {OurSchema}
        UNION ALL
        SELECT DISTINCT proname::text, (SELECT nspname::text FROM pg_namespace WHERE pg_namespace.oid = pronamespace), 'function', NULL FROM pg_proc
        WHERE proname = ANY ($2) AND pronamespace = {OurSchema} ORDER BY 1
        """;

    /// <summary>Matches the OID of a documented table.</summary>
    private const string Documented = "ANY (SELECT to_regclass(quote_ident(name)) FROM unnest($2) AS name)";
}
