namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Collects the findings of one inspection, the queries it has to run, and the repair statements.</summary>
internal sealed class FindingCollector
{
    /// <summary>The maximum number of IDs in one finding.</summary>
    public const int MaxIds = 20;

    private readonly List<Finding> _findings = [];
    private readonly List<RowQuery> _queries = [];
    private readonly Dictionary<string, List<string>> _alterations = [];
    private readonly List<string> _first = [];
    private readonly List<string> _last = [];

    public IReadOnlyList<RowQuery> Queries => _queries;

    public bool HasRefusals => _findings.Any(finding => finding.Severity == Severity.Refuse);

    public void AddRefusal(string text) => Add(Severity.Refuse, text);

    public void AddWarning(string text) => Add(Severity.Warn, text);

    public void AddRepair(string text) => Add(Severity.Repair, text);

    /// <summary>Adds a repair by <c>ALTER TABLE</c>. All actions on a table become one statement, so that PostgreSQL rewrites its rows only once.</summary>
    public void AddRepair(string text, string table, params string[] actions)
    {
        AddRepair(text);
        if (!_alterations.TryGetValue(table, out var known))
        {
            _alterations[table] = known = [];
        }

        known.AddRange(actions);
    }

    /// <summary>Adds a statement to run before all <c>ALTER TABLE</c> statements.</summary>
    public void AddFirst(string statement) => _first.Add(statement);

    /// <returns>Whether the statement is new.</returns>
    public bool TryAddFirst(string statement)
    {
        if (_first.Contains(statement))
        {
            return false;
        }

        _first.Add(statement);
        return true;
    }

    /// <summary>Adds a statement to run after all <c>ALTER TABLE</c> statements.</summary>
    public void AddLast(string statement) => _last.Add(statement);

    /// <param name="sql">A query that returns one text, or null if there is nothing to report.</param>
    /// <param name="onResult">Receives that text.</param>
    public void Query(string sql, Action<string?> onResult) => _queries.Add(new(sql, onResult, null));

    /// <summary>Adds a query that contains an expression of the database owner's and may therefore fail.</summary>
    public void TryQuery(string sql, Action<string?> onResult, Action onFailure) => _queries.Add(new(sql, onResult, onFailure));

    /// <summary>Adds a query for the IDs of rows that meet a condition.</summary>
    public void QueryIds(string table, string condition, Action<string?> onResult) => Query(
        $"SELECT string_agg(id::text, ', ') FROM (SELECT id FROM {table} WHERE {condition} LIMIT {MaxIds}) AS found", onResult);

    /// <summary>Joins lines: a finding is one line, and a definition in it may have several.</summary>
    private void Add(Severity severity, string text) =>
        _findings.Add(new(severity, string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));

    public InspectionReport ToReport(Catalog catalog) => new(
        [.. _findings.OrderBy(finding => finding.Severity)],
        [
            // With this time zone, PostgreSQL converts timestamp to timestamptz without rewriting the table.
            .. _alterations.Count > 0 ? ["SET LOCAL TimeZone = 'UTC'"] : Array.Empty<string>(),
            .. _first,

            // This order creates keys before the foreign keys that reference them.
            .. OwnTables.Documented.Where(_alterations.ContainsKey)
                .Select(table => $"ALTER TABLE {catalog.NameOf(table)} {string.Join(", ", _alterations[table])}"),
            .. _last,
        ],
        catalog.Server.Schema);
}
