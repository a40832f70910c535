namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <summary>
/// Lists everything that the migrations created, one object a line: tables, columns, constraints, indexes, triggers, functions, and their privileges.
/// </summary>
internal static class WholeSchema
{
    private const string Sql = """
        SELECT string_agg(replace(line, current_user, 'OWNER'), E'\n' ORDER BY line) FROM (
            SELECT concat_ws(' ', 'table', relname, relkind, relreplident, reloptions) AS line FROM pg_class WHERE relnamespace = 'public'::regnamespace
            UNION ALL
            SELECT concat_ws(' ', 'column', attrelid::regclass, row_number() OVER (PARTITION BY attrelid
                ORDER BY attnum), attname, format_type(atttypid, atttypmod),
                attnotnull, attidentity, pg_get_expr(adbin, adrelid))
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
            UNION ALL SELECT 'constraint ' || conrelid::regclass || '.' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL
            SELECT 'trigger ' || pg_get_triggerdef(pg_trigger.oid) || ' ' || tgenabled::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
            WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
            UNION ALL SELECT 'function ' || pg_get_functiondef(oid) || has_function_privilege('public', oid, 'EXECUTE') FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT 'role ' || id || ' ' || name || ' ' || normalized_name FROM roles
            UNION ALL SELECT 'migration ' || "MigrationId" FROM "__EFMigrationsHistory") AS lines
        """;

    public static Task<string> ReadAsync(string connectionString) => PythonDatabase.SqlAsync<string>(connectionString, Sql);
}
