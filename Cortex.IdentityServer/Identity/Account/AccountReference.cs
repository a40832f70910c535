namespace Cortex.IdentityServer.Identity.Account;

/// <summary>A foreign key of another table that references accounts, their API keys, or their usage.</summary>
/// <param name="Table">The referencing table, as SQL.</param>
/// <param name="Target">The referenced table: <c>users</c>, <c>api_keys</c>, or <c>usage_logs</c>.</param>
/// <param name="Action">What a deletion does, as in <c>pg_constraint.confdeltype</c>.</param>
/// <param name="Condition">The SQL condition that joins the rows, which are named <c>referencing</c> and <c>referenced</c>.</param>
/// <param name="Assignments">The SQL assignments of <c>ON DELETE SET NULL</c> and <c>SET DEFAULT</c>.</param>
/// <param name="IsPermitted">Whether the server's role may do what the foreign key does, which the table's owner does otherwise.</param>
internal sealed record AccountReference(string Table, string Target, string Action, string Condition, string? Assignments, bool IsPermitted)
{
    private const string Cascade = "c";
    private const string SetNull = "n";
    private const string SetDefault = "d";

    /// <summary>Finds the foreign keys, except those between the referenced tables themselves. Partitions have copies of the keys of their table.</summary>
    public const string FindSql = """
        SELECT conrelid::regclass::text AS "Table", target.relname::text AS "Target", confdeltype::text AS "Action",
            (SELECT string_agg(format('referencing.%I = referenced.%I', source.attname, destination.attname), ' AND ')
                FROM unnest(conkey, confkey) AS pair (source, destination)
                JOIN pg_attribute AS source ON source.attrelid = conrelid AND source.attnum = pair.source
                JOIN pg_attribute AS destination ON destination.attrelid = confrelid AND destination.attnum = pair.destination) AS "Condition",
            (SELECT string_agg(format(CASE confdeltype WHEN 'n' THEN '%I = NULL' ELSE '%I = DEFAULT' END, attname), ', ')
                FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (coalesce(confdelsetcols, conkey))) AS "Assignments",
            has_table_privilege(conrelid, 'SELECT') AND NOT row_security_active(conrelid) AND CASE confdeltype
                WHEN 'c' THEN has_table_privilege(conrelid, 'DELETE')
                WHEN 'n' THEN has_table_privilege(conrelid, 'UPDATE')
                WHEN 'd' THEN has_table_privilege(conrelid, 'UPDATE') ELSE true END AS "IsPermitted"
        FROM pg_constraint JOIN pg_class AS target ON target.oid = confrelid
        WHERE contype = 'f' AND conparentid = 0 AND confrelid IN ('users'::regclass, 'api_keys'::regclass, 'usage_logs'::regclass)
            AND conrelid NOT IN ('api_keys'::regclass, 'usage_logs'::regclass)
        """;

    /// <summary>Whether a deletion fails while there are referencing rows.</summary>
    public bool IsRestriction => Action is not (Cascade or SetNull or SetDefault);

    /// <summary>The SQL that does to the rows that reference the account <c>@user</c> what its deletion would do.</summary>
    public string ApplySql => Action == Cascade
        ? $"DELETE FROM {Table} AS referencing USING {Referenced}"
        : $"UPDATE {Table} AS referencing SET {Assignments} FROM {Referenced}";

    /// <summary>The SQL that returns whether any rows prevent the deletion of the account <c>@user</c>.</summary>
    public string ExistsSql => $"SELECT EXISTS (SELECT FROM {Table} AS referencing, {Referenced})";

    private string Referenced => $"{Target} AS referenced WHERE {Condition} AND referenced.{(Target == "users" ? "id" : "user_id")} = @user";
}
