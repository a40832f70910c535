using Npgsql;

namespace Cortex.IdentityServer.Data.Inspection;

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
        foreach (var sql in new[] { CatalogSql.Columns, CatalogSql.Constraints, CatalogSql.Indexes, CatalogSql.Triggers, CatalogSql.Dependents, CatalogSql.References })
        {
            Add(batch, sql, ours, documented);
        }

        Add(batch, CatalogSql.Taken, [.. planned.Relations], [.. planned.Functions], [planned.Pattern]);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var server = await ListAsync(reader, Server, cancellationToken);
        return new(
            server[0],
            await NextAsync(reader, Relation, cancellationToken),
            await NextAsync(reader, Column, cancellationToken),
            await NextAsync(reader, Constraint, cancellationToken),
            await NextAsync(reader, Index, cancellationToken),
            await NextAsync(reader, row => new TriggerFacts(row.GetString(1), row.GetString(2), row.GetBoolean(3), row.GetBoolean(4)), cancellationToken),
            await NextAsync(reader, row => new DependentFacts(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3)), cancellationToken),
            await NextAsync(reader, row => new ReferenceFacts(row.GetString(0), row.GetString(1)), cancellationToken),
            await NextAsync(reader, row => new TakenName(row.GetString(0), row.GetString(1), row.GetString(2), Text(row, 3)), cancellationToken));
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

    private static async Task<List<T>> NextAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        return await ListAsync(reader, read, cancellationToken);
    }

    private static async Task<List<T>> ListAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var list = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            list.Add(read(reader));
        }

        return list;
    }

    private static ServerFacts Server(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), Text(row, 5), Text(row, 6), row.GetBoolean(7), row.GetBoolean(8), row.GetBoolean(9),
        row.GetBoolean(10), row.GetFieldValue<string[]>(11));

    private static RelationFacts Relation(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetChar(2), row.GetChar(3), row.GetBoolean(4), row.GetBoolean(5), row.GetString(6), row.GetBoolean(7), row.GetBoolean(8), row.GetBoolean(9));

    private static ColumnFacts Column(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetChar(4), Number(row, 5), Number(row, 6), Number(row, 7), row.GetBoolean(8), row.GetBoolean(9),
        row.GetBoolean(10), Text(row, 11));

    private static ConstraintFacts Constraint(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetChar(2), row.GetFieldValue<string[]>(3), Text(row, 4), Text(row, 5), row.GetFieldValue<string[]>(6), row.GetChar(7), row.GetBoolean(8),
        row.GetBoolean(9), row.GetString(10), Text(row, 11));

    private static IndexFacts Index(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4), row.GetBoolean(5), row.GetBoolean(6), row.GetFieldValue<string[]>(7),
        row.GetFieldValue<string[]>(8), row.GetString(9));

    private static string? Text(NpgsqlDataReader row, int place) => row.IsDBNull(place) ? null : row.GetString(place);

    private static int? Number(NpgsqlDataReader row, int place) => row.IsDBNull(place) ? null : row.GetInt32(place);
}
