namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Gathers what the checks of one inspection find, what they have to ask of the rows, and the statements that repair.</summary>
internal sealed class Notes
{
    /// <summary>As many ids as one line names.</summary>
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

    /// <summary>A repair by actions of <c>ALTER TABLE</c>. All those of a table become one statement, so that PostgreSQL goes through its rows once.</summary>
    public void Repair(string text, string table, params string[] actions)
    {
        Repair(text);
        if (!_alterations.TryGetValue(table, out var known))
        {
            _alterations[table] = known = [];
        }

        known.AddRange(actions);
    }

    /// <summary>A statement before all alterations of tables.</summary>
    public void First(string statement) => _first.Add(statement);

    /// <returns>Whether it wasn't there yet.</returns>
    public bool FirstOnce(string statement)
    {
        if (_first.Contains(statement))
        {
            return false;
        }

        _first.Add(statement);
        return true;
    }

    /// <summary>A statement after all alterations of tables.</summary>
    public void Last(string statement) => _last.Add(statement);

    /// <param name="sql">Returns one text, or null where there is nothing to say.</param>
    /// <param name="judge">Is given that text.</param>
    public void Ask(string sql, Action<string?> judge) => _questions.Add(new(sql, judge, null));

    /// <summary>Asks with a part of the owner's own in the statement, which may fail.</summary>
    public void Try(string sql, Action<string?> judge, Action failed) => _questions.Add(new(sql, judge, failed));

    /// <summary>Asks for the ids of rows that meet a condition.</summary>
    public void AskIds(string table, string condition, Action<string?> judge) => Ask(
        $"SELECT string_agg(id::text, ', ') FROM (SELECT id FROM {table} WHERE {condition} LIMIT {MostIds}) AS found", judge);

    /// <summary>A finding is one line, and an owner's own definition in it may have several.</summary>
    private void Add(Severity severity, string text) =>
        _findings.Add(new(severity, string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));

    public InspectionReport ToReport(Catalog catalog) => new(
        [.. _findings.OrderBy(finding => finding.Severity)],
        [
            // In UTC, PostgreSQL turns a timestamp into one with time zone without rewriting the table.
            .. _alterations.Count > 0 ? ["SET LOCAL TimeZone = 'UTC'"] : Array.Empty<string>(),
            .. _first,

            // Foreign keys come after the keys that they refer to.
            .. OwnTables.Documented.Where(_alterations.ContainsKey)
                .Select(table => $"ALTER TABLE {catalog.NameOf(table)} {string.Join(", ", _alterations[table])}"),
            .. _last,
        ],
        catalog.Server.Schema);
}
