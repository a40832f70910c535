namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The relevant part of PostgreSQL's catalog, read once.</summary>
internal sealed record Catalog(
    ServerFacts Server,
    IReadOnlyList<RelationFacts> Relations,
    IReadOnlyList<ColumnFacts> Columns,
    IReadOnlyList<ConstraintFacts> Constraints,
    IReadOnlyList<IndexFacts> Indexes,
    IReadOnlyList<TriggerFacts> Triggers,
    IReadOnlyList<DependentFacts> Dependents,
    IReadOnlyList<ReferenceFacts> References,
    IReadOnlyList<TakenName> Taken,
    IReadOnlyList<FunctionFacts> ForeignFunctions)
{
    /// <summary>The documented names that exist and are tables.</summary>
    public IEnumerable<RelationFacts> Tables => Relations.Where(relation => relation.Kind is 'r' or 'p' && OwnTables.Documented.Contains(relation.Name));

    public bool Has(string table) => Tables.Any(relation => relation.Name == table);

    public ColumnFacts? Column(string table, string column) => Columns.FirstOrDefault(facts => facts.Table == table && facts.Name == column);

    public bool Has(string table, params string[] columns) => Has(table) && columns.All(column => Column(table, column) is not null);

    /// <summary>Returns a table's qualified name, quoted for a statement.</summary>
    public string NameOf(string table) =>
        $"{Quote(Relations.FirstOrDefault(relation => relation.Name == table)?.Schema ?? Server.Schema ?? "public")}.{Quote(table)}";

    /// <summary>Quotes a name only where PostgreSQL needs it, so that messages stay readable.</summary>
    public static string Quote(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && !Reserved.Contains(name)
            && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_')
            ? name
            : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Reserved words that schemas, roles, and tables are likely to be named after.</summary>
    private static readonly HashSet<string> Reserved = ["all", "default", "end", "group", "order", "primary", "references", "select", "table", "user", "where"];
}
