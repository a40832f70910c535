using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Inspection;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Data.Inspection;

/// <summary>Migrates databases that another program created, and reports the findings and any changes.</summary>
internal static class OldDatabase
{
    /// <summary>Everything that a migration could change: objects, columns, and the version of each row of a documented table.</summary>
    private const string State = """
        SELECT string_agg(line, E'\n' ORDER BY line) FROM (
            SELECT concat_ws(' ', oid, relname, relkind, relfilenode, relnatts, relchecks, relhastriggers, relrowsecurity) AS line FROM pg_class
                WHERE oid >= 16384 AND relnamespace <> 'pg_toast'::regnamespace
            UNION ALL SELECT concat_ws(' ', attrelid, attname, format_type(atttypid, atttypmod), attnotnull, atthasdef) FROM pg_attribute
                WHERE attrelid >= 16384 AND attnum > 0
            UNION ALL SELECT concat_ws(' ', oid, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE oid >= 16384
            UNION ALL SELECT concat_ws(' ', oid, proname) FROM pg_proc WHERE oid >= 16384
            UNION ALL SELECT concat_ws(' ', oid, typname) FROM pg_type WHERE oid >= 16384
            UNION ALL SELECT concat_ws(' ', oid, tgname) FROM pg_trigger WHERE oid >= 16384
            UNION ALL SELECT concat_ws(' ', sequencename, last_value) FROM pg_sequences
            UNION ALL SELECT concat_ws(' ', oid, nspname) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp') AS lines
        """;

    /// <summary>Returns the plan that <c>migrate --check</c> prints.</summary>
    public static async Task<MigrationPlan> PlanAsync(string connectionString)
    {
        await using var services = Services(connectionString);
        return await services.GetRequiredService<DatabaseMigrator>().PlanAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Checks that the migration is refused and leaves the database unchanged.</summary>
    /// <returns>The lines printed to the operator.</returns>
    public static async Task<string[]> RefusedAsync(string connectionString)
    {
        var before = await StateAsync(connectionString);
        var refusal = await Assert.ThrowsAsync<MigrationRefusedException>(() => PostgresCluster.MigrateAsync(connectionString));
        Assert.Equal(before, await StateAsync(connectionString));
        return refusal.Message.Split('\n');
    }

    public static Task<string> StateAsync(string connectionString) => PythonDatabase.SqlAsync<string>(connectionString, State);

    private static ServiceProvider Services(string connectionString) => new ServiceCollection()
        .AddLogging().AddSingleton(TimeProvider.System).AddData(connectionString).BuildServiceProvider();
}
