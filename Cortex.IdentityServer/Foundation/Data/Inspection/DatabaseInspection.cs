using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>
/// Inspects the whole database before a migration changes anything, and reports what prevents the migration, what it will repair, and what the operator
/// should know.
/// </summary>
/// <remarks>It reads the catalog in one round trip, then queries rows only for what the catalog leaves open. It writes nothing.</remarks>
internal sealed class DatabaseInspection(NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    private const string Savepoint = "cortex_inspection";

    /// <param name="planned">The objects that pending migrations will create.</param>
    /// <param name="isNew">Whether no migration was ever applied, so that existing tables belong to another program.</param>
    /// <param name="cancellationToken">The token of the start or the command.</param>
    public async Task<InspectionReport> InspectAsync(PlannedNames planned, bool isNew, CancellationToken cancellationToken)
    {
        var notes = new Notes();
        var catalog = await new CatalogReader(connection, transaction).ReadAsync(planned, cancellationToken);
        ServerChecks.Check(catalog, notes);
        RelationChecks.Check(catalog, notes);
        NameChecks.Check(catalog, planned, notes);
        ColumnChecks.Check(catalog, notes);
        KeyChecks.Check(catalog, notes);
        ForeignKeyChecks.Check(catalog, notes);
        OwnerRuleChecks.Check(catalog, notes);
        EmailChecks.Check(catalog, isNew, notes);
        EarlierVersionChecks.Check(catalog, planned, notes);

        // Rows that this role can't read are checked once it can.
        if (catalog.Relations.All(relation => relation.IsOwned || !OwnTables.Documented.Contains(relation.Name)))
        {
            foreach (var question in notes.Questions)
            {
                await AskAsync(question, notes, cancellationToken);
            }
        }

        return notes.ToReport(catalog);
    }

    private async Task AskAsync(RowQuestion question, Notes notes, CancellationToken cancellationToken)
    {
        await transaction.SaveAsync(Savepoint, cancellationToken);
        try
        {
            question.Judge(await TextAsync(question.Sql, cancellationToken));
        }
        catch (PostgresException failure) when (!failure.IsTransient && (question.Failed is not null || notes.HasRefusals))
        {
            // Queries may fail on the rows of a table that is refused for its columns.
            await transaction.RollbackAsync(Savepoint, cancellationToken);
            question.Failed?.Invoke();
        }
    }

    private async Task<string?> TextAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }
}
