using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Identity.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>PostgreSQL: where it is, how it is reached, how its schema gets there.</summary>
internal static class DataFeature
{
    /// <summary>Connections that one server keeps at most, where POSTGRES_URL doesn't say.</summary>
    private const int PoolSize = 40;

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
            PrivateFolder.Make(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException(
                $"CORTEX_DATA must be a folder for the embedded PostgreSQL that no other account owns or may write to ({folder} isn't). Otherwise set "
                    + "POSTGRES_URL.",
                failure);
        }
    }

    public static IServiceCollection AddData(this IServiceCollection services, string connectionString)
    {
        var bounded = WithBounds(connectionString);
        services.AddSingleton<ServerWatch>();
        services.AddSingleton(provider => DataSources.Build(
            bounded, provider.GetRequiredService<ILoggerFactory>(), provider.GetRequiredService<ServerWatch>()));
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
            .AddSingleton(provider => new Changes(provider.GetRequiredService<SessionSettings>().RevocationGrace, provider.GetRequiredService<TimeProvider>()))
            .AddHostedService(provider => ActivatorUtilities.CreateInstance<ChangeListener>(provider, bounded))
            .AddHostedService(provider => ActivatorUtilities.CreateInstance<AddressWatch>(provider, bounded))
            .AddSingleton<LastUses>()
            .AddHostedService(provider => provider.GetRequiredService<LastUses>())
            .AddHostedService<ExpiredRows>();
    }

    /// <summary>
    /// A database that is gone has to be noticed within the five seconds that clients are promised, so Npgsql's 15 and 30 are cut where the operator says
    /// nothing. They add up: a statement that isn't answered is cancelled over a new connection, which takes the connect timeout once more, and yet once more
    /// where Npgsql tries Kerberos encryption first.
    /// </summary>
    private static string WithBounds(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        var hosts = builder.Host!.Split(',').Length;
        foreach (var (keyword, value) in new (string, object)[]
        {
            // Each of several hosts has this long, one after another.
            ("Timeout", Math.Clamp(4 / hosts, 1, 2)),
            ("Command Timeout", 2), ("Maximum Pool Size", Math.Max(PoolSize, builder.MinPoolSize)), ("Application Name", "cortex-identity"),
            ("GSS Encryption Mode", "Disable"),

            // What each of several hosts is gets looked up when a server is lost, and not at intervals at which one that doesn't answer would hold up requests.
            ("Host Recheck Seconds", 60),

            // Not what PGCLIENTENCODING says.
            ("Client Encoding", "UTF8"),

            // Nothing here leaves anything behind in a connection (no SET, no temporary table, no lock beyond its transaction), so the seven
            // statements that would clean up before each next use, half the time of a small read, are spared.
            ("No Reset On Close", true),
        })
        {
            // ContainsKey is true of every keyword that Npgsql knows, set or not.
            if (!builder.ShouldSerialize(keyword))
            {
                builder[keyword] = value;
            }
        }

        return builder.ConnectionString;
    }
}
