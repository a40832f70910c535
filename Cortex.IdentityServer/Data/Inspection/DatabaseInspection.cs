using Npgsql;

namespace Cortex.IdentityServer.Data.Inspection;

/// <summary>Looks at the whole database before a migration changes anything: what it can't take, what it will bring in order, and what the operator should know.</summary>
/// <remarks>It reads the catalog in one round trip, and then asks of the rows only what the catalog leaves open. It writes nothing.</remarks>
internal sealed class DatabaseInspection(NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    private const string Savepoint = "cortex_inspection";

    /// <param name="planned">What pending migrations will make.</param>
    /// <param name="isNew">No migration was ever applied: the tables are those of another program.</param>
    /// <param name="cancellationToken">The start's, or the command's.</param>
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

        // Rows that this role may not read are asked about when it may.
        if (catalog.Relations.All(relation => relation.IsOwned || !OwnTables.Documented.Contains(relation.Name)))
        {
            foreach (var question in notes.Questions)
            {
                await AskAsync(question, cancellationToken);
            }
        }

        return notes.ToReport(catalog);
    }

    private async Task AskAsync(RowQuestion question, CancellationToken cancellationToken)
    {
        if (question.Failed is null)
        {
            question.Judge(await TextAsync(question.Sql, cancellationToken));
            return;
        }

        await transaction.SaveAsync(Savepoint, cancellationToken);
        try
        {
            question.Judge(await TextAsync(question.Sql, cancellationToken));
        }
        catch (PostgresException failure) when (!failure.IsTransient)
        {
            await transaction.RollbackAsync(Savepoint, cancellationToken);
            question.Failed();
        }
    }

    private async Task<string?> TextAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }
}
