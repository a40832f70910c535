namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Compares the columns of the documented tables with the documentation, and accepts, repairs, or rejects each one.</summary>
internal static class ColumnChecks
{
    public static void Check(Catalog catalog, FindingCollector findings)
    {
        foreach (var documented in DocumentedColumns.All.Where(documented => catalog.Has(documented.Table)))
        {
            if (catalog.Column(documented.Table, documented.Name) is { } actual)
            {
                Check(catalog, documented, actual, findings);
            }
            else if (documented.IsRequired)
            {
                findings.AddRefusal(
                    $"The table {documented.Table} has no column {documented.Name} ({documented.Type}). "
                    + "Add the column with its values, or rename the table if it is a different one.");
            }
        }
    }

    private static void Check(Catalog catalog, DocumentedColumn documented, ColumnFacts actual, FindingCollector findings)
    {
        if (actual.IsComputed)
        {
            findings.AddRefusal(
                $"The column {Name(actual)} is an identity or generated column, but this server has to write it. "
                + $"Make it an ordinary column: {Alter(catalog, actual)} DROP IDENTITY or DROP EXPRESSION.");
            return;
        }

        switch (TypeMatch.Of(documented, actual))
        {
            case TypeMatch.Refused refused:
                findings.AddRefusal(
                    $"The column {Name(actual)} has the type {actual.FullType} but must be {documented.Type}. "
                    + $"Convert it, for example: {Alter(catalog, actual)} TYPE {documented.Type} USING {refused.Using}.");
                return;
            case TypeMatch.Convertible convertible when Blockers(catalog, actual, isWidening: convertible.IsWidening) is { } blockers:
                Convert(catalog, documented, actual, convertible, blockers, findings);
                break;
        }

        CheckNulls(catalog, documented, actual, findings);
        if (documented is { Table: "users", Kind: ColumnKind.Varchar } && actual.Type is "varchar" or "text" && !(actual.Length <= documented.Length))
        {
            var name = Catalog.Quote(actual.Name);
            QueryIds(
                catalog,
                actual,
                $"length({name}) > {documented.Length}",
                ids => AddRowsRefusal(
                    ids,
                    findings,
                    $"The column {Name(actual)} holds more than {documented.Length} characters in the rows with these ids: {{0}}. Shorten them."),
                findings);
        }
    }

    private static void Convert(
        Catalog catalog, DocumentedColumn documented, ColumnFacts actual, TypeMatch.Convertible convertible, List<DependentFacts> blockers,
        FindingCollector findings)
    {
        if (blockers.Count > 0)
        {
            var named = string.Join(", ", blockers.Select(blocker => $"the {blocker.Kind} {blocker.Name}").Distinct());
            findings.AddRefusal(
                $"The column {Name(actual)} has the type {actual.FullType} and must become {convertible.Type}, "
                + $"but PostgreSQL doesn't allow that while it is used by {named}. Drop what uses it, migrate, and create it again.");
            return;
        }

        var column = Catalog.Quote(actual.Name);
        foreach (var index in ExpressionIndexes(catalog, actual).Where(OwnIndexes.Contains))
        {
            // The index is recreated: PostgreSQL would keep the old type's constants in it, and then reject the change.
            if (findings.TryAddFirst($"DROP INDEX {Catalog.Quote(catalog.Server.Schema!)}.{Catalog.Quote(index.Name)}"))
            {
                findings.AddLast(index.Definition.Replace("timestamp without time zone", "timestamp with time zone", StringComparison.Ordinal));
            }
        }

        findings.AddRepair(
            $"The column {Name(actual)} changes from {actual.FullType} to {convertible.Type}{convertible.Meaning}.",
            actual.Table,
            [
                .. actual.Default is null ? Array.Empty<string>() : [$"ALTER COLUMN {column} DROP DEFAULT"],
                $"ALTER COLUMN {column} TYPE {convertible.Type}",
                .. documented.Default is null ? Array.Empty<string>() : [$"ALTER COLUMN {column} SET DEFAULT {documented.Default}"],
            ]);
    }

    /// <summary>Indexes with expressions on the column, which PostgreSQL can't always rebuild for another type.</summary>
    private static IEnumerable<IndexFacts> ExpressionIndexes(Catalog catalog, ColumnFacts column) =>
        catalog.Indexes.Where(index => index.Table == column.Table && index.Uses.Contains(column.Name) && (index.HasExpressions || index.IsPartial));

    /// <returns>The objects that prevent the change; null if the server's own triggers prevent a mere widening, which is then skipped.</returns>
    private static List<DependentFacts>? Blockers(Catalog catalog, ColumnFacts actual, bool isWidening)
    {
        var blockers = catalog.Dependents.Where(dependent => dependent.Table == actual.Table && dependent.Column == actual.Name).ToList();
        if (!isWidening)
        {
            var indexes = ExpressionIndexes(catalog, actual).Where(index => !OwnIndexes.Contains(index));
            blockers.AddRange(indexes.Select(index => new DependentFacts(index.Table, actual.Name, "index", index.Name)));
        }

        var isOurs = blockers.Any(blocker => blocker.Kind == "trigger" && blocker.Name.StartsWith("cortex_", StringComparison.Ordinal));
        return isWidening && isOurs ? null : blockers;
    }

    private static void CheckNulls(Catalog catalog, DocumentedColumn documented, ColumnFacts actual, FindingCollector findings)
    {
        var column = Catalog.Quote(actual.Name);
        if (documented is { IsRequired: false, Default: null } and not { Table: "api_keys", Name: "name" } && actual.IsRequired)
        {
            findings.AddRepair(
                $"The column {Name(actual)} loses NOT NULL, because this server leaves it empty.", actual.Table, $"ALTER COLUMN {column} DROP NOT NULL");
        }

        // Accounts without a password are accepted: their owners set one by email, and other programs may continue to create them.
        if (documented.IsRequired && !actual.IsRequired && documented.Name is not ("id" or "password_hash"))
        {
            QueryIds(catalog, actual, $"{column} IS NULL", Report, findings);
        }

        if (documented is { Kind: ColumnKind.TextList } && !actual.IsRequired)
        {
            findings.AddRepair($"The column {Name(actual)} becomes NOT NULL; NULL becomes an empty list.");
            findings.AddFirst($"UPDATE {catalog.NameOf(actual.Table)} SET {column} = '{{}}' WHERE {column} IS NULL");
            findings.AddLast($"ALTER TABLE {catalog.NameOf(actual.Table)} ALTER COLUMN {column} SET DEFAULT '{{}}', ALTER COLUMN {column} SET NOT NULL");
        }

        void Report(string? ids)
        {
            if (ids is null)
            {
                findings.AddRepair($"The column {Name(actual)} becomes NOT NULL; no row is NULL there.", actual.Table, $"ALTER COLUMN {column} SET NOT NULL");
            }
            else
            {
                AddRowsRefusal(
                    ids,
                    findings,
                    $"The column {Name(actual)} must not be NULL but is in the rows with these ids: {{0}}. Fill in the values, or delete the rows.");
            }
        }
    }

    /// <summary>Skips tables without an id column, which are rejected for that reason.</summary>
    private static void QueryIds(Catalog catalog, ColumnFacts column, string condition, Action<string?> onResult, FindingCollector findings)
    {
        if (catalog.Has(column.Table, "id"))
        {
            findings.QueryIds(catalog.NameOf(column.Table), condition, onResult);
        }
    }

    private static void AddRowsRefusal(string? ids, FindingCollector findings, string text)
    {
        if (ids is not null)
        {
            findings.AddRefusal(text.Replace("{0}", ids, StringComparison.Ordinal));
        }
    }

    private static string Alter(Catalog catalog, ColumnFacts column) => $"ALTER TABLE {catalog.NameOf(column.Table)} ALTER COLUMN {Catalog.Quote(column.Name)}";

    private static string Name(ColumnFacts column) => $"{column.Table}.{column.Name}";
}
