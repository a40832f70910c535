using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The names of everything that pending migrations will create, derived from the migrations themselves, so that none is missing.</summary>
/// <param name="Relations">The tables and indexes.</param>
/// <param name="Functions">The functions.</param>
/// <param name="Adoptable">The relations that are left alone if they exist.</param>
/// <param name="Columns">The columns that are added to documented tables.</param>
/// <param name="Changed">The server's tables that are altered or written, or that get an index, a trigger, or a reference. Some may be new.</param>
internal sealed partial record PlannedNames(
    IReadOnlySet<string> Relations, IReadOnlySet<string> Functions, IReadOnlySet<string> Adoptable, IReadOnlySet<(string Table, string Column)> Columns,
    IReadOnlySet<string> Changed)
{
    /// <summary>The names of the audit log's partitions, whose months aren't known before they are created.</summary>
    private const string Partitions = @"^audit_events_\d{4}_\d{2}$";

    private const string Nothing = "^$";

    /// <summary>A pattern that further names match.</summary>
    public string Pattern => Relations.Contains("audit_events") ? Partitions : Nothing;

    /// <param name="db">The context whose migrations are examined.</param>
    /// <param name="applied">The applied migrations, whose objects belong to the server.</param>
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

        // A later migration may replace a function of an earlier one.
        pending.Relations.ExceptWith(known.Relations);
        pending.Functions.ExceptWith(known.Functions);
        return new(pending.Relations, pending.Functions, pending.Adoptable, pending.Columns, pending.Changed);
    }

    [GeneratedRegex(
        @"^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:UNIQUE\s+)?(?<kind>TABLE|INDEX|FUNCTION|VIEW|SEQUENCE)\s+(?<adopt>IF\s+NOT\s+EXISTS\s+)?"
            + @"""?(?<name>[A-Za-z_][A-Za-z0-9_]*)""?(?![A-Za-z0-9_%.])",
        RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Creation();

    /// <summary>Matches tables that a statement locks; matches such as <c>ON DELETE</c> are filtered out by name.</summary>
    [GeneratedRegex(@"\b(?:TABLE|ON|UPDATE|REFERENCES)\s+(?:ONLY\s+|IF\s+EXISTS\s+)?""?(?<name>[a-z_]+)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Change();

    /// <summary>Matches function bodies, which the migration that creates them doesn't run.</summary>
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
                // A column that may already exist is a documented one, and is checked as such.
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
