namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Checks what the database's owner has added to documented tables, and finds what would make the server's own writes fail.</summary>
internal static class OwnerRuleChecks
{
    public static void Check(Catalog catalog, FindingCollector findings)
    {
        foreach (var column in catalog.Columns.Where(column => column is { IsRequired: true, HasDefault: false, IsComputed: false } && !IsKnown(column)))
        {
            if (catalog.Has(column.Table))
            {
                CheckRequired(catalog, column, findings);
            }
        }

        foreach (var index in catalog.Indexes.Where(index => index.IsUnique && catalog.Has(index.Table) && !IsPrimary(catalog, index)))
        {
            CheckUnique(catalog, index, findings);
        }

        foreach (var exclusion in catalog.Constraints.Where(constraint => constraint.Kind == 'x'))
        {
            findings.AddWarning(
                $"The exclusion constraint {exclusion.Name} of {exclusion.Table} may reject rows that this server writes: {exclusion.Definition}.");
        }

        foreach (var trigger in catalog.Triggers)
        {
            if (trigger.IsRule)
            {
                findings.AddRefusal(
                    $"The rule {trigger.Name} rewrites statements on the table {trigger.Table}, so this server can't rely on what it writes. "
                    + $"Use a trigger instead, and run DROP RULE {Catalog.Quote(trigger.Name)} ON {catalog.NameOf(trigger.Table)}.");
            }
            else
            {
                findings.AddWarning(
                    $"The trigger {trigger.Name} of the table {trigger.Table} isn't this server's. Requests for which it raises an error will fail.");
            }
        }

        CheckSamples(catalog, findings);
    }

    private static void CheckRequired(Catalog catalog, ColumnFacts column, FindingCollector findings)
    {
        var problem = $"The column {column.Table}.{column.Name} is NOT NULL without a default, and this server doesn't know it";
        if (catalog.Triggers.Any(trigger => trigger.Table == column.Table && trigger.RunsBeforeInsert))
        {
            findings.AddWarning($"{problem}. New rows will fail unless a trigger fills it in.");
        }
        else
        {
            findings.AddRefusal(
                $"{problem}, so it couldn't add rows. "
                + $"Run ALTER TABLE {catalog.NameOf(column.Table)} ALTER COLUMN {Catalog.Quote(column.Name)} SET DEFAULT … or DROP NOT NULL.");
        }
    }

    /// <summary>Ignores an index that includes a unique column, which rejects nothing more, or one of the owner's columns, which stays NULL.</summary>
    private static void CheckUnique(Catalog catalog, IndexFacts index, FindingCollector findings)
    {
        var isUniqueAnyway = index.Uses.Contains("id")
            || DocumentedColumns.Unique.Any(unique => unique.Table == index.Table && index.Uses.Contains(unique.Column));
        if (isUniqueAnyway || (!index.NullsAreEqual && index.Uses.Any(StaysNull)))
        {
            return;
        }

        var text = $"The unique index {index.Name} of {index.Table} rejects rows that this server has to write: {index.Definition}.";
        if (index.IsPartial)
        {
            findings.AddWarning(text);
        }
        else
        {
            findings.AddRefusal($"{text} Drop it.");
        }

        bool StaysNull(string column) => !DocumentedColumns.Contains(index.Table, column) && catalog.Column(index.Table, column) is { HasDefault: false };
    }

    /// <summary>Evaluates check constraints on sample rows of the kind the server writes, without writing any.</summary>
    private static void CheckSamples(Catalog catalog, FindingCollector findings)
    {
        foreach (var check in catalog.Constraints.Where(constraint => constraint is { Kind: 'c', Expression: not null } && catalog.Has(constraint.Table)))
        {
            var columns = catalog.Columns.Where(column => column.Table == check.Table).ToList();
            var samples = SampleRows.Of(check.Table).Select(sample => "SELECT " + string.Join(", ", columns.Select(column => Value(sample, column))));
            findings.TryQuery(
                $"SELECT 'refused' FROM ({string.Join(" UNION ALL ", samples)}) AS {Catalog.Quote(check.Table)} WHERE NOT ({check.Expression}) LIMIT 1",
                refused =>
                {
                    if (refused is not null)
                    {
                        findings.AddRefusal(
                            $"The constraint {check.Name} of {check.Table} rejects rows that this server has to write: {check.Definition}. Drop or relax it.");
                    }
                },
                () => findings.AddWarning(
                    $"The constraint {check.Name} of {check.Table} couldn't be tested: {check.Definition}. Requests will fail if it rejects a row."));
        }
    }

    private static string Value(Dictionary<string, string> sample, ColumnFacts column) =>
        $"CAST({sample.GetValueOrDefault(column.Name) ?? DefaultOf(column)} AS {column.FullType}) AS {Catalog.Quote(column.Name)}";

    /// <summary>The value of a column that an INSERT omits, without taking a number from a sequence.</summary>
    private static string DefaultOf(ColumnFacts column) => column switch
    {
        { IsComputed: true } or { Default: null } => "NULL",
        { Default: { } expression } when expression.Contains("nextval(", StringComparison.Ordinal) => "1",
        _ => column.Default,
    };

    private static bool IsKnown(ColumnFacts column) => DocumentedColumns.Contains(column.Table, column.Name);

    private static bool IsPrimary(Catalog catalog, IndexFacts index) =>
        catalog.Constraints.Any(constraint => constraint.Kind == 'p' && constraint.Table == index.Table && constraint.Name == index.Name);
}
