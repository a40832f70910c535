namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Finds names that the migrations need and that something else already has.</summary>
internal static class NameChecks
{
    public static void Check(Catalog catalog, PlannedNames planned, FindingCollector findings)
    {
        foreach (var name in catalog.Taken.Where(name => !IsExpected(name, planned)))
        {
            findings.AddRefusal(
                $"The {name.Kind} {Catalog.Quote(name.Schema)}.{Catalog.Quote(name.Name)} already exists and isn't this server's, which needs that name. "
                + "Rename it, or move it to another schema.");
        }

        var taken = planned.Columns
            .Where(added => catalog.Column(added.Table, added.Column) is not null && !DocumentedColumns.Contains(added.Table, added.Column));
        foreach (var (table, column) in taken)
        {
            findings.AddRefusal($"The column {table}.{column} already exists, and this server needs that name for a column of its own. Rename it.");
        }
    }

    /// <summary>Whether the name may exist: documented tables are checked separately, and may already have an index that migrations don't change.</summary>
    private static bool IsExpected(TakenName taken, PlannedNames planned) =>
        OwnTables.Documented.Contains(taken.Name) && taken.Kind != "type" && taken.Kind != "function"
        || (taken.OnTable is { } table && OwnTables.Documented.Contains(table) && planned.Adoptable.Contains(taken.Name));
}
