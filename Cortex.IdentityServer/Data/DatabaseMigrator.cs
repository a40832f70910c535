using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Cortex.IdentityServer.Data;

/// <summary>Brings the database to this version's schema; replicas that start together do it once.</summary>
/// <remarks>
/// EF Core takes a lock of its own only after it has made its history table, so ours comes first. It is a transaction's and not a
/// session's: behind a pooler (Neon's, PgBouncer) a session's lock would stay on a connection that others get, and hang the next start.
/// </remarks>
internal sealed partial class DatabaseMigrator(NpgsqlDataSource dataSource, IServiceScopeFactory scopes, ILogger<DatabaseMigrator> logger)
{
    /// <summary>The advisory lock's key: "cortexid" in ASCII, so that no other program takes it by chance.</summary>
    private const long LockKey = 0x636F727465786964;

    /// <summary>Raised by a migration that finds data which the operator has to mend first; its text is meant for them.</summary>
    public const string OperatorMustAct = "CX001";

    /// <returns>What was applied, in its order; nothing where the schema was this version's already.</returns>
    /// <exception cref="MigrationRefusedException">The data have to be mended first; nothing was changed.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken)
    {
        if (await IsUpToDateAsync(cancellationToken))
        {
            return [];
        }

        await using var guard = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var held = await guard.BeginTransactionAsync(cancellationToken);
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", guard, held) { CommandTimeout = 0, Parameters = { new() { Value = LockKey } } })
        {
            await take.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CortexDbContext>();
        db.Database.SetCommandTimeout(TimeSpan.Zero);
        try
        {
            // Asked about before it exists, EF Core logs the missing history table as an error.
            await db.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancellationToken);
            var pending = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
            if (pending.Count > 0)
            {
                await db.Database.MigrateAsync(cancellationToken);
                Log.Migrated(logger, pending.Count, pending[^1]);
            }

            return pending;
        }
        catch (PostgresException refused) when (refused.SqlState == OperatorMustAct)
        {
            throw new MigrationRefusedException(refused.MessageText);
        }
    }

    /// <summary>Most starts find nothing to do, and then EF Core, which takes a third of the start to get ready, isn't needed before somebody logs in.</summary>
    /// <remarks>Not in the guard's transaction, whose read of the history table EF Core's own lock on it would wait for.</remarks>
    private async Task<bool> IsUpToDateAsync(CancellationToken cancellationToken)
    {
        string[] known =
        [
            .. typeof(DatabaseMigrator).Assembly.GetTypes().Where(type => type.Namespace == typeof(Migrations.Initial).Namespace)
                .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id).OfType<string>(),
        ];
        await using var look = dataSource.CreateCommand("SELECT to_regclass($1) IS NOT NULL");
        look.Parameters.Add(new() { Value = $"\"{HistoryRepository.DefaultTableName}\"" });
        if (await look.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return false;
        }

        await using var read = dataSource.CreateCommand($"""SELECT count(*) FROM "{HistoryRepository.DefaultTableName}" WHERE "MigrationId" = ANY ($1)""");
        read.Parameters.Add(new() { Value = known });
        return await read.ExecuteScalarAsync(cancellationToken) is long applied && applied == known.Length;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Applied {Count} migration(s), up to {Last}")]
        public static partial void Migrated(ILogger logger, int count, string last);
    }
}

/// <summary>A migration that waits for the operator; the message says for what, in one line.</summary>
internal sealed class MigrationRefusedException(string message) : Exception(message);
