namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Collects the findings of one inspection, the queries it has to run, and the repair statements.</summary>
internal sealed class Notes
{
    /// <summary>The maximum number of IDs in one finding.</summary>
    public const int MostIds = 20;

    private readonly List<Finding> _findings = [];
    private readonly List<RowQuestion> _questions = [];
    private readonly Dictionary<string, List<string>> _alterations = [];
    private readonly List<string> _first = [];
    private readonly List<string> _last = [];

    public IReadOnlyList<RowQuestion> Questions => _questions;

    public bool HasRefusals => _findings.Any(finding => finding.Severity == Severity.Refuse);

    public void Refuse(string text) => Add(Severity.Refuse, text);

    public void Warn(string text) => Add(Severity.Warn, text);

    public void Repair(string text) => Add(Severity.Repair, text);

    /// <summary>Adds a repair by <c>ALTER TABLE</c>. All actions on a table become one statement, so that PostgreSQL rewrites its rows only once.</summary>
    public void Repair(string text, string table, params string[] actions)
    {
        Repair(text);
        if (!_alterations.TryGetValue(table, out var known))
        {
            _alterations[table] = known = [];
        }

        known.AddRange(actions);
    }

    /// <summary>Adds a statement to run before all <c>ALTER TABLE</c> statements.</summary>
    public void First(string statement) => _first.Add(statement);

    /// <returns>Whether the statement is new.</returns>
    public bool FirstOnce(string statement)
    {
        if (_first.Contains(statement))
        {
            return false;
        }

        _first.Add(statement);
        return true;
    }

    /// <summary>Adds a statement to run after all <c>ALTER TABLE</c> statements.</summary>
    public void Last(string statement) => _last.Add(statement);

    /// <param name="sql">A query that returns one text, or null if there is nothing to report.</param>
    /// <param name="judge">Receives that text.</param>
    public void Ask(string sql, Action<string?> judge) => _questions.Add(new(sql, judge, null));

    /// <summary>Adds a query that contains an expression of the database owner's and may therefore fail.</summary>
    public void Try(string sql, Action<string?> judge, Action failed) => _questions.Add(new(sql, judge, failed));

    /// <summary>Adds a query for the IDs of rows that meet a condition.</summary>
    public void AskIds(string table, string condition, Action<string?> judge) => Ask(
        $"SELECT string_agg(id::text, ', ') FROM (SELECT id FROM {table} WHERE {condition} LIMIT {MostIds}) AS found", judge);

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
