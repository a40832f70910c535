using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Foundation.Data.Gauges;
using Cortex.IdentityServer.Foundation.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Registers the services that connect to PostgreSQL and migrate its schema, and starts the embedded PostgreSQL if it is used.</summary>
internal static class DataFeature
{
    /// <summary>Starts the embedded PostgreSQL unless POSTGRES_URL is set. The caller disposes of it after the server has stopped.</summary>
    public static async Task<EmbeddedPostgres?> StartEmbeddedAsync(
        this DatabaseOptions options, Action<ILoggingBuilder> log, CancellationToken cancellationToken)
    {
        if (options.ConnectionString is not null)
        {
            return null;
        }

        // The host and its logging don't exist yet.
        using var logging = LoggerFactory.Create(log);
        CreateFolder(options);
        return await EmbeddedPostgres.StartAsync(options.Embedded, logging.CreateLogger<EmbeddedPostgres>(), cancellationToken);
    }

    /// <summary>
    /// Does the same for a command, which shares the embedded PostgreSQL of a running server. The caller disposes of it when the command ends.
    /// </summary>
    public static async Task<CommandPostgres?> JoinEmbeddedAsync(
        this DatabaseOptions options, Action<ILoggingBuilder> log, CancellationToken cancellationToken)
    {
        if (options.ConnectionString is not null)
        {
            return null;
        }

        using var logging = LoggerFactory.Create(log);
        CreateFolder(options);
        return await CommandPostgres.OpenAsync(options.Embedded, logging.CreateLogger<EmbeddedPostgres>(), cancellationToken);
    }

    /// <summary>Creates the folder that contains the cluster and its lock file.</summary>
    private static void CreateFolder(DatabaseOptions options)
    {
        var folder = Path.GetDirectoryName(options.EmbeddedFolder)!;
        try
        {
            PrivateFolder.Create(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException(
                $"CORTEX_DATA must be a folder for the embedded PostgreSQL that no other account owns or may write to ({folder} isn't). Otherwise set "
                    + "POSTGRES_URL.",
                failure);
        }
    }

    /// <remarks>
    /// The host registers the <see cref="PostgresAddress"/>, because the embedded PostgreSQL starts only after all settings have been read.
    /// </remarks>
    public static IServiceCollection AddData(this IServiceCollection services, SettingsReader settings)
    {
        services.AddSingleton<ServerWatch>();
        services.AddSingleton(provider => DataSources.Build(
            provider.GetRequiredService<PostgresAddress>().ConnectionString,
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredService<ServerWatch>()));
        services.AddDbContextPool<CortexDbContext>((provider, options) => options
            .UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>())

            // A taken email isn't a server error. Real errors and a lost database are logged once, where the request is answered. Migrations run in the
            // migrator's own transaction, under its own lock.
            .ConfigureWarnings(warnings => warnings.Ignore(
                CoreEventId.SaveChangesFailed, CoreEventId.QueryIterationFailed, RelationalEventId.CommandError, RelationalEventId.ConnectionError,
                RelationalEventId.TransactionError, RelationalEventId.MigrationsUserTransactionWarning)));
        return services
            .AddSingleton(LockTimeouts.Default)
            .AddSingleton<DatabaseMigrator>()
            .AddSingleton<DatabaseBreaker>()
            .AddSingleton(FreshnessOptions.Read(settings))
            .AddSingleton(provider => new Changes(
                provider.GetRequiredService<FreshnessOptions>().RevocationGrace, provider.GetRequiredService<TimeProvider>()))
            .AddHostedService<ChangeListener>()
            .AddSingleton<IObservedMetrics, FreshnessMetrics>()
            .AddGaugeReader()
            .AddHostedService<AddressWatch>()
            .AddSingleton<LastUses>()
            .AddHostedService(provider => provider.GetRequiredService<LastUses>())
            .AddHostedService<ExpiredRows>();
    }
}
