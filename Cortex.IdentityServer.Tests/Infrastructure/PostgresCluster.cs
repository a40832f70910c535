using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

[assembly: AssemblyFixture(typeof(Cortex.IdentityServer.Tests.Infrastructure.PostgresCluster))]

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>One PostgreSQL cluster for the whole test run, with a migrated template database that every test class copies.</summary>
public sealed class PostgresCluster : IAsyncLifetime
{
    private const string Template = "migrated";

    private EmbeddedPostgres? _postgres;
    private int _count;

    public async ValueTask InitializeAsync()
    {
        _postgres = await EmbeddedPostgres.StartAsync(
            new() { DataDirectory = Path.Combine(AppContext.BaseDirectory, "postgres"), Durable = false, Fresh = true, MaxConnections = 400 },
            NullLogger.Instance,
            TestContext.Current.CancellationToken);

        // With hundreds of databases, autovacuum would start several workers per second.
        await ExecuteAsync("ALTER SYSTEM SET autovacuum = off");
        await ExecuteAsync("SELECT pg_reload_conf()");
        await ExecuteAsync($"CREATE DATABASE {Template}");
        await MigrateAsync(ConnectionTo(Template));
    }

    /// <summary>Creates a migrated or an empty database and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(bool migrated = true)
    {
        var name = $"test_{Interlocked.Increment(ref _count)}";
        await ExecuteAsync(migrated ? $"CREATE DATABASE {name} TEMPLATE {Template}" : $"CREATE DATABASE {name}");
        return ConnectionTo(name);
    }

    /// <summary>Creates an empty database with a locale in the syntax of <c>CREATE DATABASE</c>.</summary>
    public async Task<string> CreateDatabaseAsync(string locale)
    {
        var name = $"test_{Interlocked.Increment(ref _count)}";
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' {locale}");
        return ConnectionTo(name);
    }

    /// <summary>Runs the server's own migrator.</summary>
    public static Task MigrateAsync(string connectionString) => MigrateAsync(connectionString, LockTimeouts.Default);

    /// <summary>Runs the server's own migrator with other lock timeouts.</summary>
    internal static async Task MigrateAsync(string connectionString, LockTimeouts timeouts)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddData(connectionString)
            .AddSingleton(timeouts)
            .BuildServiceProvider();
        await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _postgres?.DisposeAsync() ?? ValueTask.CompletedTask;

    private string ConnectionTo(string database) =>
        new NpgsqlConnectionStringBuilder(_postgres!.ConnectionString)
        {
            Database = database,
            MaxPoolSize = 30,
            Pooling = database != Template,
        }.ConnectionString;

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_postgres!.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
