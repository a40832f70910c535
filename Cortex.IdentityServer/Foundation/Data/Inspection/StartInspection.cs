using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The part of the inspection that is cheap enough for every startup on an up-to-date database: one small query, without EF Core.</summary>
internal static class StartInspection
{
    /// <remarks>
    /// The privileges checked are those the server needs: it only reads roles, only appends to the audit log and the ledgers, and accesses partitions through
    /// their parent.
    /// </remarks>
    private const string Query = $"""
        WITH ours AS (
            SELECT name, to_regclass(quote_ident(name)) AS oid FROM unnest($1) AS name),
        functions AS (
        {OwnerFunctions.Query})
        SELECT current_setting('server_version_num')::int, current_setting('server_version'), datname::text, pg_encoding_to_char(encoding), current_user::text,
            ARRAY(SELECT name FROM ours JOIN pg_class USING (oid) WHERE {CatalogSql.HidesRows} ORDER BY 1),
            ARRAY(SELECT name FROM ours JOIN pg_class USING (oid) WHERE relnamespace <> {CatalogSql.OurSchema} ORDER BY 1),
            ARRAY(SELECT name FROM ours WHERE oid IS NULL ORDER BY 1),
            ARRAY(
                SELECT name || ' (' || string_agg(wanted, ', ' ORDER BY place) || ')'
                FROM ours CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS wanted (wanted, place)
                WHERE oid IS NOT NULL AND name <> 'audit_events_default' AND NOT has_table_privilege(oid, wanted)
                    AND (wanted = 'SELECT' OR name <> 'roles')
                    AND (wanted IN ('SELECT', 'INSERT') OR name NOT IN ('audit_events', 'usage_logs', 'billing_events'))
                GROUP BY name ORDER BY name),
            (SELECT quote_ident(nspname) FROM pg_namespace WHERE oid = {CatalogSql.OurSchema}),
            ARRAY(SELECT name FROM functions WHERE wrong_path AND owned ORDER BY 1),
            ARRAY(SELECT name FROM functions WHERE wrong_path AND NOT owned ORDER BY 1),
            ARRAY(SELECT name FROM functions WHERE cardinality(callers) > 0 AND owned ORDER BY 1),
            ARRAY(SELECT name FROM functions WHERE cardinality(callers) > 0 AND NOT owned ORDER BY 1),
            coalesce((SELECT min(owner) FROM functions WHERE NOT owned), '')
        FROM pg_database WHERE datname = current_database()
        """;

    public static NpgsqlBatchCommand Command() => new(Query) { Parameters = { new() { Value = (string[])[.. OwnTables.Documented, .. OwnTables.Private] } } };

    /// <summary>Inspects the database in the caller's transaction.</summary>
    public static async Task<InspectionReport> InspectAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { Command() } };
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return Report(row);
    }

    /// <param name="row">The single row that <see cref="Command"/> returns.</param>
    /// <exception cref="MigrationRefusedException">The server can't work with this database.</exception>
    public static InspectionReport ReportUnlessRefused(NpgsqlDataReader row) => Report(row) is var report && report.Refusals is { Count: > 0 } refusals
        ? throw new MigrationRefusedException(InspectionReport.Lines("The server can't use this database.", refusals))
        : report;

    private static InspectionReport Report(NpgsqlDataReader row)
    {
        var schema = row.GetString(9);
        var owner = row.GetString(14);
        Finding?[] ofFunctions =
        [
            OwnerFunctions.WrongSearchPath(Names(11), schema, owner), OwnerFunctions.WrongSearchPath(Names(10), schema, owner: null),
            OwnerFunctions.ExposedToOthers(Names(12), owner: null), OwnerFunctions.ExposedToOthers(Names(13), owner),
        ];
        return new([.. Refusals(row).Select(text => new Finding(Severity.Refuse, text)), .. ofFunctions.OfType<Finding>()], [], null);

        string[] Names(int place) => row.GetFieldValue<string[]>(place);
    }

    private static List<string> Refusals(NpgsqlDataReader row)
    {
        var role = row.GetString(4);
        string?[] ofServer =
            [ServerChecks.VersionRefusal(row.GetInt32(0), row.GetString(1)), ServerChecks.EncodingRefusal(row.GetString(2), row.GetString(3))];
        return
        [
            .. ofServer.OfType<string>(),
            .. Names(5).Select(table => RelationChecks.HiddenRowsRefusal(table, role)),
            .. Names(6).Select(table =>
                $"The name {table} resolves to a schema other than the one that holds this server's tables. "
                + "Rename what is there, or change the role's search_path."),
            .. Names(7).Select(table => $"The table {table} is missing, although the migration that creates it was applied. Restore it from a backup."),
            .. Names(8) is { Length: > 0 } denied
                ?
                [
                    $"The role {role} would get \"permission denied\", because it lacks these privileges: {string.Join(", ", denied)}. "
                    + $"Run GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {row.GetString(9)} TO {Catalog.Quote(role)}.",
                ]
                : Array.Empty<string>(),
        ];

        string[] Names(int place) => row.GetFieldValue<string[]>(place);
    }
}
