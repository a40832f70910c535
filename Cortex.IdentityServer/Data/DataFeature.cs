using Cortex.IdentityServer.Data.Embedded;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Data;

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
        return await EmbeddedPostgres.StartAsync(
            new() { DataDirectory = options.EmbeddedFolder, BinDirectory = options.BinDirectory },
            logging.CreateLogger<EmbeddedPostgres>(),
            cancellationToken);
    }

    public static IServiceCollection AddData(this IServiceCollection services, string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (!builder.ContainsKey("Maximum Pool Size"))
        {
            builder.MaxPoolSize = PoolSize;
        }

        services.AddSingleton(provider => new NpgsqlDataSourceBuilder(builder.ConnectionString)
            .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>())
            .Build());
        services.AddDbContextPool<CortexDbContext>((provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
        return services
            .AddSingleton<DatabaseMigrator>()
            .AddHostedService<ExpiredRows>();
    }
}
