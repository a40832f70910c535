namespace Cortex.IdentityServer.Data.Inspection;

/// <summary>The server, the database and the role that the connection uses.</summary>
/// <remarks>
/// <c>Schema</c>: where <c>users</c> is, or where it would be created.
/// <c>ChoosesSchema</c>: the search path isn't PostgreSQL's default, so somebody has chosen it.
/// <c>UserSchemas</c>: the schemas that hold a table of users with passwords.
/// </remarks>
internal sealed record ServerFacts(
    int VersionNumber, string Version, string Encoding, string Role, string Database, string? Schema, bool ChoosesSchema, bool MayCreate,
    bool HasPlpgsql, bool IsReadOnly, string[] UserSchemas);

/// <summary>A table of this server's, or what stands in its place.</summary>
/// <remarks>
/// <c>Kind</c>: as in <c>pg_class.relkind</c>.
/// <c>IsInherited</c>: it has a parent or children.
/// <c>HidesRows</c>: row-level security lets this role see or write some rows only.
/// <c>CannotPublish</c>: a publication covers its changes, and nothing identifies its rows.
/// </remarks>
internal sealed record RelationFacts(
    string Name, string Schema, char Kind, char Persistence, bool IsPartition, bool IsInherited, string Owner, bool IsOwned, bool HidesRows,
    bool CannotPublish);

/// <summary>A column of a documented table.</summary>
/// <remarks>
/// <c>Type</c>: the name of its type, without length.
/// <c>FullType</c>: as PostgreSQL writes it, with length.
/// <c>TypeKind</c>: as in <c>pg_type.typtype</c>: <c>b</c> base, <c>d</c> domain, <c>e</c> enum.
/// <c>Length</c>: the length of a character type; null where it is unlimited.
/// <c>IsComputed</c>: an identity column or a generated one.
/// <c>HasDefault</c>: its own, or that of its domain.
/// </remarks>
internal sealed record ColumnFacts(
    string Table, string Name, string Type, string FullType, char TypeKind, int? Length, int? Precision, int? Scale,
    bool IsRequired, bool IsComputed, bool HasDefault, string? Default);

/// <summary>A constraint of a documented table.</summary>
/// <remarks>
/// <c>Kind</c>: as in <c>pg_constraint.contype</c>.
/// <c>Target</c>: what a foreign key refers to.
/// <c>OurTarget</c>: the name of the documented table that it refers to; null where it refers to another one.
/// <c>OnDelete</c>: as in <c>pg_constraint.confdeltype</c>.
/// </remarks>
internal sealed record ConstraintFacts(
    string Table, string Name, char Kind, string[] Columns, string? Target, string? OurTarget, string[] TargetColumns, char OnDelete, bool IsValid,
    bool IsDeferrable, string Definition, string? Expression);

/// <summary>An index of a documented table.</summary>
/// <remarks>
/// <c>Columns</c>: its plain columns, in their order.
/// <c>Uses</c>: every column that it depends on, expressions and predicate included.
/// </remarks>
internal sealed record IndexFacts(
    string Table, string Name, bool IsUnique, bool IsUsable, bool IsPartial, bool HasExpressions, bool NullsAreEqual, string[] Columns,
    string[] Uses, string Definition);

/// <summary>A trigger or a rule on a documented table, that isn't the server's.</summary>
internal sealed record TriggerFacts(string Table, string Name, bool IsRule, bool RunsBeforeInsert);

/// <summary>Something that keeps the type of a column from being changed.</summary>
internal sealed record DependentFacts(string Table, string Column, string Kind, string Name);

/// <summary>A foreign key of somebody else's table that forbids that a row of ours is deleted.</summary>
internal sealed record ReferenceFacts(string Table, string Target);

/// <summary>Something that already has a name that the server needs.</summary>
internal sealed record TakenName(string Name, string Schema, string Kind, string? OnTable);

/// <summary>A function of the server's that another role owns.</summary>
internal sealed record FunctionFacts(string Name, string Signature, string Owner);

/// <summary>What PostgreSQL's catalog says about the database, read once.</summary>
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
    /// <summary>The documented tables that are there and are tables.</summary>
    public IEnumerable<RelationFacts> Tables => Relations.Where(relation => relation.Kind is 'r' or 'p' && OwnTables.Documented.Contains(relation.Name));

    public bool Has(string table) => Tables.Any(relation => relation.Name == table);

    public ColumnFacts? Column(string table, string column) => Columns.FirstOrDefault(facts => facts.Table == table && facts.Name == column);

    public bool Has(string table, params string[] columns) => Has(table) && columns.All(column => Column(table, column) is not null);

    /// <summary>A table's name with its schema, quoted for a statement.</summary>
    public string NameOf(string table) =>
        $"{Quote(Relations.FirstOrDefault(relation => relation.Name == table)?.Schema ?? Server.Schema ?? "public")}.{Quote(table)}";

    /// <summary>Quotes a name only where PostgreSQL needs it, so that messages stay readable.</summary>
    public static string Quote(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && !Reserved.Contains(name)
            && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_')
            ? name
            : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The keywords among names that schemas, roles and tables are likely to have.</summary>
    private static readonly HashSet<string> Reserved = ["all", "default", "end", "group", "order", "primary", "references", "select", "table", "user", "where"];
}
