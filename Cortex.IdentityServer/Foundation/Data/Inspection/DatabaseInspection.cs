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
    /// <param name="cancellationToken">Canceled when startup or the command is canceled.</param>
    public async Task<InspectionReport> InspectAsync(PlannedNames planned, bool isNew, CancellationToken cancellationToken)
    {
        var findings = new FindingCollector();
        var catalog = await new CatalogReader(connection, transaction).ReadAsync(planned, cancellationToken);
        ServerChecks.Check(catalog, findings);
        RelationChecks.Check(catalog, findings);
        NameChecks.Check(catalog, planned, findings);
        ColumnChecks.Check(catalog, findings);
        KeyChecks.Check(catalog, findings);
        ForeignKeyChecks.Check(catalog, findings);
        OwnerRuleChecks.Check(catalog, findings);
        EmailChecks.Check(catalog, isNew, findings);
        EarlierVersionChecks.Check(catalog, planned, findings);

        // Rows that this role can't read are checked once it can.
        if (catalog.Relations.All(relation => relation.IsOwned || !OwnTables.Documented.Contains(relation.Name)))
        {
            foreach (var query in findings.Queries)
            {
                await RunAsync(query, findings, cancellationToken);
            }
        }

        return findings.ToReport(catalog);
    }

    private async Task RunAsync(RowQuery query, FindingCollector findings, CancellationToken cancellationToken)
    {
        await transaction.SaveAsync(Savepoint, cancellationToken);
        try
        {
            query.OnResult(await QueryTextAsync(query.Sql, cancellationToken));
        }
        catch (PostgresException failure) when (!failure.IsTransient && (query.OnFailure is not null || findings.HasRefusals))
        {
            // Queries may fail on a table that is rejected because of its columns.
            await transaction.RollbackAsync(Savepoint, cancellationToken);
            query.OnFailure?.Invoke();
        }
    }

    private async Task<string?> QueryTextAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }
}
