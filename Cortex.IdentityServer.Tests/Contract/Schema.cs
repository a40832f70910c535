using System.Text;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>A column in PostgreSQL's catalog.</summary>
internal sealed record Column(string Table, string Name, string Type, bool IsNullable, string? Default)
{
    public override string ToString() => $"{Name} {Type}{(IsNullable ? "" : " NOT NULL")}{(Default is null ? "" : $" DEFAULT {Default}")}";
}

/// <summary>Reads the columns, constraints, indexes, and triggers of the four documented tables from the catalog.</summary>
internal sealed record Schema(IReadOnlyList<Column> Columns, IReadOnlyList<(string Table, string Definition)> Rules)
{
    public static readonly string[] Tables = ["users", "api_keys", "usage_logs", "billing_events"];

    public static async Task<Schema> ReadAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var columns = await RowsAsync(source, """
            SELECT relname::text, attname::text, format_type(atttypid, atttypmod), (NOT attnotnull)::text, pg_get_expr(adbin, adrelid)
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE relname = ANY($1) AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
            ORDER BY relname, attnum
            """);

        // Names of constraints and indexes may differ, because each ORM chooses its own, but definitions may not. A unique constraint and a
        // unique index enforce the same, so both appear as the index. NOT NULL appears with its column.
        var rules = await RowsAsync(source, """
            SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE conrelid::regclass::text = ANY($1) AND contype IN ('c', 'f', 'p', 'x')
            UNION ALL
            SELECT tablename::text, regexp_replace(indexdef, ' INDEX \S+ ON public\.\w+ USING', ' INDEX USING') FROM pg_indexes
            WHERE schemaname = 'public' AND tablename = ANY($1) AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype = 'p')
            UNION ALL
            SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY($1)
            ORDER BY 1, 2
            """);
        return new(
            [.. columns.Select(row => new Column(row[0]!, row[1]!, row[2]!, row[3] == "true", row[4]))],
            [.. rules.Select(row => (row[0]!, row[1]!))]);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var table in Tables)
        {
            text.Append(table).Append('\n');
            foreach (var line in Columns.Where(column => column.Table == table).Select(column => column.ToString())
                .Concat(Rules.Where(rule => rule.Table == table).Select(rule => rule.Definition)))
            {
                text.Append("    ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    private static async Task<List<string?[]>> RowsAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = Tables });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string?[]>();
        while (await reader.ReadAsync())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(field => reader.IsDBNull(field) ? null : reader.GetString(field))]);
        }

        return rows;
    }
}
