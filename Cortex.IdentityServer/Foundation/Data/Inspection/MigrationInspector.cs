using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Plans the migrations that a database lacks, and inspects it for them.</summary>
internal static class MigrationInspector
{
    /// <param name="db">The context whose migrations are planned.</param>
    /// <param name="transaction">The transaction to read in. It stays open.</param>
    /// <param name="cancellationToken">Canceled when startup or the command is canceled.</param>
    public static async Task<MigrationPlan> PlanAsync(CortexDbContext db, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var applied = await AppliedAsync(connection, transaction, cancellationToken);
        List<string> pending = [.. db.Database.GetMigrations().Where(id => !applied.Contains(id))];
        if (pending.Count == 0)
        {
            return new(pending, await StartInspection.InspectAsync(connection, transaction, cancellationToken), []);
        }

        var planned = PlannedNames.Of(db, applied);
        var report = await new DatabaseInspection(connection, transaction).InspectAsync(planned, isNew: applied.Count == 0, cancellationToken);
        IEnumerable<string> repaired = report.Repairs.Count > 0 ? OwnTables.Documented : [];
        return new(
            pending, report, [.. OwnTables.Documented.Concat(OwnTables.Private).Where(table => repaired.Contains(table) || planned.Changed.Contains(table))]);
    }

    private static async Task<HashSet<string>> AppliedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        // Querying the catalog makes PostgreSQL notice what another replica has just committed; to_regclass alone may answer from a cache.
        await using var exists = new NpgsqlCommand(
            $"""SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = to_regclass('"{HistoryRepository.DefaultTableName}"'))""", connection, transaction);
        var applied = new HashSet<string>(StringComparer.Ordinal);
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return applied;
        }

        await using var read = new NpgsqlCommand($"""SELECT "MigrationId" FROM "{HistoryRepository.DefaultTableName}" """, connection, transaction);
        await using var rows = await read.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            applied.Add(rows.GetString(0));
        }

        return applied;
    }
}
