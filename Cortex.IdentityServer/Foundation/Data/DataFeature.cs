using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>PostgreSQL: where it is, how it is reached, how its schema gets there.</summary>
internal static class DataFeature
{
    /// <summary>Starts the embedded PostgreSQL where no other was named; dispose it after the server.</summary>
    public static async Task<EmbeddedPostgres?> StartEmbeddedAsync(this DatabaseOptions options, CancellationToken cancellationToken)
    {
        if (options.ConnectionString is not null)
        {
            return null;
        }

        // Before the host and its logging exist.
        using var logging = LoggerFactory.Create(builder => builder.AddSimpleConsole());
        MakeFolder(options);
        return await EmbeddedPostgres.StartAsync(options.Embedded, logging.CreateLogger<EmbeddedPostgres>(), cancellationToken);
    }

    /// <summary>The same for a command, which may work beside the server that runs on it; dispose it at its end.</summary>
    public static async Task<CommandPostgres?> VisitEmbeddedAsync(
        this DatabaseOptions options, Action<ILoggingBuilder> log, CancellationToken cancellationToken)
    {
        if (options.ConnectionString is not null)
        {
            return null;
        }

        using var logging = LoggerFactory.Create(log);
        MakeFolder(options);
        return await CommandPostgres.OpenAsync(options.Embedded, logging.CreateLogger<EmbeddedPostgres>(), cancellationToken);
    }

    /// <summary>The folder around the cluster, where its lock is.</summary>
    private static void MakeFolder(DatabaseOptions options)
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

    /// <remarks>Where it is, the host says with a <see cref="PostgresAddress"/>: the embedded one runs only once all settings are read.</remarks>
    public static IServiceCollection AddData(this IServiceCollection services, SettingsReader settings)
    {
        services.AddSingleton<ServerWatch>();
        services.AddSingleton(provider => DataSources.Build(
            provider.GetRequiredService<PostgresAddress>().ConnectionString,
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredService<ServerWatch>()));
        services.AddDbContextPool<CortexDbContext>((provider, options) => options
            .UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>())

            // A taken email is no error of ours; what is one is logged once, where it is answered, and so is a database that is lost. And migrations run in our
            // transaction, under our lock.
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
            .AddHostedService<AddressWatch>()
            .AddSingleton<LastUses>()
            .AddHostedService(provider => provider.GetRequiredService<LastUses>())
            .AddHostedService<ExpiredRows>();
    }
}
