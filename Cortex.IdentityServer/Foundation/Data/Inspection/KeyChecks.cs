namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Checks primary keys and unique columns, and adds missing ones if the rows allow it.</summary>
internal static class KeyChecks
{
    public static void Check(Catalog catalog, FindingCollector findings)
    {
        foreach (var table in OwnTables.Documented.Where(table => catalog.Has(table, "id")))
        {
            CheckPrimaryKey(catalog, table, findings);
        }

        foreach (var (table, column) in DocumentedColumns.Unique.Where(unique => catalog.Has(unique.Table, "id", unique.Column)))
        {
            CheckUnique(catalog, table, column, findings);
        }
    }

    private static void CheckPrimaryKey(Catalog catalog, string table, FindingCollector findings)
    {
        var key = catalog.Constraints.FirstOrDefault(constraint => constraint.Table == table && constraint.Kind == 'p');
        if (key is { Columns: ["id"], IsDeferrable: false })
        {
            return;
        }

        if (key is not null)
        {
            findings.AddRefusal(
                $"The table {table} has {key.Definition} but needs PRIMARY KEY (id). Replace it, along with any foreign keys that refer to it.");
            return;
        }

        var name = catalog.NameOf(table);
        findings.Query(
            $"""
            SELECT string_agg(coalesce(id::text, 'NULL'), ', ') FROM (
                SELECT id FROM {name} GROUP BY id HAVING count(*) > 1 OR id IS NULL LIMIT {FindingCollector.MaxIds}) AS found
            """,
            ids =>
            {
                if (ids is null)
                {
                    findings.AddRepair($"The table {table} gets PRIMARY KEY (id).", table, "ADD PRIMARY KEY (id)");
                }
                else
                {
                    findings.AddRefusal(
                        $"The table {table} has no primary key and can't get one, because these ids are NULL or occur more than once: {ids}. "
                        + "Give each row an id of its own.");
                }
            });
    }

    private static void CheckUnique(Catalog catalog, string table, string column, FindingCollector findings)
    {
        var unique = catalog.Indexes
            .Where(index => index.Table == table && index is { IsUnique: true, IsUsable: true, IsPartial: false, HasExpressions: false, Columns.Length: 1 })
            .Where(index => index.Columns[0] == column)
            .ToList();
        if (unique.FirstOrDefault(index => index.NullsAreEqual) is { } single && catalog.Column(table, column) is { IsRequired: false })
        {
            findings.AddRefusal($"The index {single.Name} allows only one row with NULL in {table}.{column}. Recreate it without NULLS NOT DISTINCT.");
        }

        if (unique.Count > 0)
        {
            return;
        }

        var quoted = Catalog.Quote(column);
        findings.Query(
            $"""
            SELECT string_agg(ids, '; ') FROM (
                SELECT string_agg(id::text, ' and ' ORDER BY id::text) AS ids FROM {catalog.NameOf(table)} WHERE {quoted} IS NOT NULL
                GROUP BY {quoted} HAVING count(*) > 1 LIMIT {FindingCollector.MaxIds}) AS found
            """,
            ids =>
            {
                if (ids is null)
                {
                    findings.AddRepair($"The column {table}.{column} becomes unique; no value occurs twice.", table, $"ADD UNIQUE ({quoted})");
                }
                else
                {
                    findings.AddRefusal(
                        $"The column {table}.{column} must be unique, but the rows with these ids share a value: {ids}. Change or delete all but one of each.");
                }
            });
    }
}
