namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>
/// Checks foreign keys among the documented tables: those that prevent a deletion are replaced, missing ones are added, and those to other tables are
/// refused.
/// </summary>
internal static class ForeignKeyChecks
{
    /// <summary>The documented references, each with its action on deletion as in <c>pg_constraint.confdeltype</c>.</summary>
    private static readonly (string Table, string Column, string Target, char OnDelete)[] Documented =
    [
        ("api_keys", "user_id", "users", 'c'), ("usage_logs", "user_id", "users", 'c'), ("usage_logs", "api_key_id", "api_keys", 'n'),
        ("billing_events", "user_id", "users", 'c'),
    ];

    public static void Check(Catalog catalog, FindingCollector findings)
    {
        foreach (var key in Documented.Where(key => catalog.Has(key.Table, "id", key.Column)))
        {
            Check(catalog, key, findings);
        }

        foreach (var reference in catalog.References)
        {
            findings.AddWarning(
                $"The table {reference.Table} references {reference.Target} without ON DELETE CASCADE or SET NULL. "
                + $"Rows of {reference.Target} that it references can't be deleted; requests to do so are answered with 409 in_use.");
        }
    }

    private static void Check(Catalog catalog, (string Table, string Column, string Target, char OnDelete) key, FindingCollector findings)
    {
        var there = catalog.Constraints.Where(found => found.Table == key.Table && found.Kind == 'f' && found.Columns.Contains(key.Column)).ToList();
        var right = there.Where(found => found.Columns.Length == 1 && found.OurTarget == key.Target && found.TargetColumns is ["id"]).ToList();
        foreach (var other in there.Except(right))
        {
            findings.AddRefusal(
                $"The foreign key {other.Name} of {key.Table}.{key.Column} references {other.Target} ({string.Join(", ", other.TargetColumns)}) "
                + $"but must reference {key.Target} (id). Drop or correct it.");
        }

        var good = right.Where(constraint => constraint.OnDelete == key.OnDelete && constraint.IsValid).ToList();
        var action = key.OnDelete == 'c' ? "ON DELETE CASCADE" : "ON DELETE SET NULL";
        string[] drops = [.. right.Except(good).Select(constraint => $"DROP CONSTRAINT {Catalog.Quote(constraint.Name)}")];
        var add = $"ADD FOREIGN KEY ({key.Column}) REFERENCES {catalog.NameOf(key.Target)} (id) {action}";
        if (good.Count > 0)
        {
            if (drops.Length > 0)
            {
                findings.AddRepair($"A second foreign key of {key.Table}.{key.Column}, without {action}, is dropped.", key.Table, drops);
            }
        }
        else if (right.Any(constraint => constraint.IsValid))
        {
            findings.AddRepair($"The foreign key of {key.Table}.{key.Column} gets {action}.", key.Table, [.. drops, add]);
        }
        else if (there.Count == right.Count)
        {
            QueryOrphans(catalog, key, [.. drops, add], action, findings);
        }
    }

    private static void QueryOrphans(
        Catalog catalog, (string Table, string Column, string Target, char OnDelete) key, string[] actions, string action, FindingCollector findings)
    {
        if (!catalog.Has(key.Target, "id"))
        {
            findings.QueryIds(catalog.NameOf(key.Table), $"{key.Column} IS NOT NULL", Report);
        }
        else if (catalog.Column(key.Target, "id")!.Type == catalog.Column(key.Table, key.Column)!.Type)
        {
            var target = $"SELECT FROM {catalog.NameOf(key.Target)} AS target WHERE target.id = {key.Column}";
            findings.QueryIds(catalog.NameOf(key.Table), $"{key.Column} IS NOT NULL AND NOT EXISTS ({target})", Report);
        }

        void Report(string? ids)
        {
            if (ids is not null)
            {
                findings.AddRefusal(
                    $"The column {key.Table}.{key.Column} references rows of {key.Target} that don't exist, in the rows with these ids: {ids}. "
                    + "Correct or delete these rows.");
            }
            else if (catalog.Has(key.Target))
            {
                findings.AddRepair($"The missing foreign key of {key.Table}.{key.Column} is added, {action}.", key.Table, actions);
            }
            else
            {
                // The first migration would create the referenced table, but not this key.
                findings.AddRefusal($"There is a table {key.Table} but no table {key.Target}. Rename {key.Table}, or restore {key.Target}.");
            }
        }
    }
}
