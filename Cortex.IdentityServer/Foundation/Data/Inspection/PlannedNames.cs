using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The names of everything that pending migrations will create, read from the migrations themselves, so that none can be forgotten.</summary>
/// <param name="Relations">Tables and indexes.</param>
/// <param name="Functions">Functions.</param>
/// <param name="Adoptable">Those of the relations that are left alone where they are there.</param>
/// <param name="Columns">Columns that are added to documented tables.</param>
/// <param name="Changed">Tables of ours that are altered or written, or that get an index, a trigger or a reference; some of them may be new.</param>
internal sealed partial record PlannedNames(
    IReadOnlySet<string> Relations, IReadOnlySet<string> Functions, IReadOnlySet<string> Adoptable, IReadOnlySet<(string Table, string Column)> Columns,
    IReadOnlySet<string> Changed)
{
    /// <summary>What every audit log's partitions are called; the months are known only when they are made.</summary>
    private const string Partitions = @"^audit_events_\d{4}_\d{2}$";

    private const string Nothing = "^$";

    /// <summary>A pattern of further names.</summary>
    public string Pattern => Relations.Contains("audit_events") ? Partitions : Nothing;

    /// <param name="db">Whose migrations are meant.</param>
    /// <param name="applied">The migrations that the database has; what they made is ours.</param>
    public static PlannedNames Of(CortexDbContext db, IReadOnlySet<string> applied)
    {
        var assembly = db.GetService<IMigrationsAssembly>();
        var provider = db.GetService<IDatabaseProvider>().Name;
        var pending = new Collected();
        var known = new Collected();
        foreach (var (id, type) in assembly.Migrations)
        {
            (applied.Contains(id) ? known : pending).Add(assembly.CreateMigration(type, provider).UpOperations);
        }

        // A later migration may replace a function that an earlier one made.
        pending.Relations.ExceptWith(known.Relations);
        pending.Functions.ExceptWith(known.Functions);
        return new(pending.Relations, pending.Functions, pending.Adoptable, pending.Columns, pending.Changed);
    }

    [GeneratedRegex(
        @"^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:UNIQUE\s+)?(?<kind>TABLE|INDEX|FUNCTION|VIEW|SEQUENCE)\s+(?<adopt>IF\s+NOT\s+EXISTS\s+)?"
            + @"""?(?<name>[A-Za-z_][A-Za-z0-9_]*)""?(?![A-Za-z0-9_%.])",
        RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Creation();

    /// <summary>A table that a statement needs a lock on; <c>ON DELETE</c> and the like are sorted out by name.</summary>
    [GeneratedRegex(@"\b(?:TABLE|ON|UPDATE|REFERENCES)\s+(?:ONLY\s+|IF\s+EXISTS\s+)?""?(?<name>[a-z_]+)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Change();

    /// <summary>What a function does once it is called isn't done by the migration that makes it.</summary>
    [GeneratedRegex(
        @"^\s*CREATE\s+(?:OR\s+REPLACE\s+)?FUNCTION\b.*?AS\s+(?<quote>\$[a-z]*\$).*?\k<quote>",
        RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Function();

    [GeneratedRegex(
        @"\bALTER\s+TABLE\s+(?<table>[a-z_]+)\s(?:[^;]*?\bADD\s+COLUMN\s+(?!IF\s)(?<name>[a-z_]+))+", RegexOptions.CultureInvariant)]
    private static partial Regex NewColumn();

    private sealed class Collected
    {
        public HashSet<string> Relations { get; } = [];

        public HashSet<string> Functions { get; } = [];

        public HashSet<string> Adoptable { get; } = [];

        public HashSet<(string Table, string Column)> Columns { get; } = [];

        public HashSet<string> Changed { get; } = [];

        public void Add(IEnumerable<MigrationOperation> operations)
        {
            foreach (var operation in operations)
            {
                if (operation is ITableMigrationOperation { Table: { } changed })
                {
                    Changed.Add(changed);
                }

                switch (operation)
                {
                    case CreateTableOperation table:
                        Relations.Add(table.Name);
                        Relations.UnionWith(new[] { table.PrimaryKey?.Name }.Concat(table.UniqueConstraints.Select(unique => unique.Name)).OfType<string>());
                        Changed.UnionWith(table.ForeignKeys.Select(key => key.PrincipalTable));
                        break;
                    case CreateIndexOperation index:
                        Relations.Add(index.Name);
                        break;
                    case AddColumnOperation column when OwnTables.Documented.Contains(column.Table):
                        Columns.Add((column.Table, column.Name));
                        break;
                    case SqlOperation sql:
                        Add(sql.Sql);
                        break;
                }
            }
        }

        private void Add(string sql)
        {
            var statements = Function().Replace(sql, "");
            foreach (Match match in NewColumn().Matches(statements))
            {
                // Where it may be there already, it is a documented one, and checked as such.
                if (OwnTables.Documented.Contains(match.Groups["table"].Value))
                {
                    Columns.UnionWith(match.Groups["name"].Captures.Select(name => (match.Groups["table"].Value, name.Value)));
                }
            }

            Changed.UnionWith(Change().Matches(statements).Select(match => match.Groups["name"].Value).Where(OwnTables.Contains));
            foreach (Match match in Creation().Matches(sql))
            {
                var name = match.Groups["name"].Value;
                (match.Groups["kind"].Value == "FUNCTION" ? Functions : Relations).Add(name);
                if (match.Groups["adopt"].Success)
                {
                    Adoptable.Add(name);
                }
            }
        }
    }
}
