using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Reads the catalog in one round trip.</summary>
internal sealed class CatalogReader(NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    public async Task<Catalog> ReadAsync(PlannedNames planned, CancellationToken cancellationToken)
    {
        string[] ours = [.. OwnTables.Documented, .. OwnTables.Private];
        string[] documented = [.. OwnTables.Documented];
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = 0 };
        Add(batch, CatalogSql.Server);
        Add(batch, CatalogSql.Relations, ours);
        foreach (var sql in new[]
        {
            CatalogSql.Columns, CatalogSql.Constraints, CatalogSql.Indexes, CatalogSql.Triggers, CatalogSql.Dependents, CatalogSql.References,
        })
        {
            Add(batch, sql, ours, documented);
        }

        Add(batch, CatalogSql.Taken, [.. planned.Relations], [.. planned.Functions], [planned.Pattern]);
        Add(batch, $"SELECT name, signature::text, owner FROM ({OwnerFunctions.Query}) AS ours WHERE NOT owned ORDER BY name");
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var server = await ListAsync(reader, Server, cancellationToken);
        return new(
            server[0],
            await NextAsync(reader, Relation, cancellationToken),
            await NextAsync(reader, Column, cancellationToken),
            await NextAsync(reader, Constraint, cancellationToken),
            await NextAsync(reader, Index, cancellationToken),
            await NextAsync(reader, row => new TriggerFacts(row.Text(), row.Text(), row.Flag(), row.Flag()), cancellationToken),
            await NextAsync(reader, row => new DependentFacts(row.Text(), row.Text(), row.Text(), row.Text()), cancellationToken),
            await NextAsync(reader, row => new ReferenceFacts(row.Text(), row.Text()), cancellationToken),
            await NextAsync(reader, row => new TakenName(row.Text(), row.Text(), row.Text(), row.OptionalText()), cancellationToken),
            await NextAsync(reader, row => new FunctionFacts(row.Text(), row.Text(), row.Text()), cancellationToken));
    }

    private static void Add(NpgsqlBatch batch, string sql, params string[][] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new() { Value = value });
        }

        batch.BatchCommands.Add(command);
    }

    private static async Task<List<T>> NextAsync<T>(NpgsqlDataReader reader, Func<Row, T> read, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        return await ListAsync(reader, read, cancellationToken);
    }

    private static async Task<List<T>> ListAsync<T>(NpgsqlDataReader reader, Func<Row, T> read, CancellationToken cancellationToken)
    {
        var list = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            list.Add(read(new Row(reader)));
        }

        return list;
    }

    private static ServerFacts Server(Row row) => new(
        row.Number(), row.Text(), row.Text(), row.Text(), row.Text(), row.OptionalText(), row.Flag(), row.Flag(), row.Flag(), row.Flag(), row.Texts());

    private static RelationFacts Relation(Row row) => new(
        row.Text(), row.Text(), row.Letter(), row.Letter(), row.Flag(), row.Flag(), row.Text(), row.Flag(), row.Flag(), row.Flag());

    private static ColumnFacts Column(Row row) => new(
        row.Text(), row.Text(), row.Text(), row.Text(), row.Letter(), row.OptionalNumber(), row.OptionalNumber(), row.OptionalNumber(),
        row.Flag(), row.Flag(), row.Flag(), row.OptionalText());

    private static ConstraintFacts Constraint(Row row) => new(
        row.Text(), row.Text(), row.Letter(), row.Texts(), row.OptionalText(), row.OptionalText(), row.Texts(), row.Letter(), row.Flag(), row.Flag(),
        row.Text(), row.OptionalText());

    private static IndexFacts Index(Row row) => new(
        row.Text(), row.Text(), row.Flag(), row.Flag(), row.Flag(), row.Flag(), row.Flag(), row.Texts(), row.Texts(), row.Text());

    /// <summary>Reads the columns of a row in order.</summary>
    private sealed class Row(NpgsqlDataReader reader)
    {
        private int _place;

        public string Text() => reader.GetString(_place++);

        public string? OptionalText() => reader.IsDBNull(_place) ? Nothing() : Text();

        public string[] Texts() => reader.GetFieldValue<string[]>(_place++);

        public int Number() => reader.GetInt32(_place++);

        public int? OptionalNumber() => reader.GetFieldValue<int?>(_place++);

        public bool Flag() => reader.GetBoolean(_place++);

        public char Letter() => reader.GetChar(_place++);

        private string? Nothing()
        {
            _place++;
            return null;
        }
    }
}
