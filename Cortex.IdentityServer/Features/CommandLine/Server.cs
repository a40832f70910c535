using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Cortex.IdentityServer.Foundation.Logging;
using Npgsql;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Builds the host that <c>Program</c> composes, to serve requests or to run a command.</summary>
internal sealed class Server(RegisterServices addServices, Func<WebApplication, Task> serve)
{
    /// <summary>Commands have no client that waits for a response, and a database under load may need longer for a batch.</summary>
    private const int CommandTimeoutSeconds = 60;

    public async Task ServeAsync(string[] arguments, CancellationToken stop)
    {
        var builder = CreateBuilder(arguments);
        var settings = SettingsOf(builder, serves: true);
        var database = AddServices(builder, settings, stop);
        await using var embedded = await database.StartEmbeddedAsync(LogOptions.Read(settings).AddTo, stop);
        try
        {
            await ServeAsync(builder, settings, database.ConnectionString ?? embedded!.ConnectionString, stop);
        }
        catch (Exception failure) when (DatabaseErrorLine.Of(failure, database.Name) is { } line)
        {
            throw new CommandFailedException(line, failure);
        }
    }

    private async Task ServeAsync(WebApplicationBuilder builder, SettingsReader settings, string connectionString, CancellationToken stop)
    {
        builder.Services.AddSingleton(new PostgresAddress(await PoolerProbe.AdaptAsync(connectionString, stop)));
        var log = StartupLogFilter.AddTo(builder);
        await using var app = builder.Build();
        log.DisableOnStart(app.Lifetime);
        await app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(stop);
        app.LogSettingWarnings(settings.Warnings);
        await serve(app);
    }

    /// <summary>Runs a command against the migrated database, whether or not a server is running.</summary>
    /// <param name="environmentName">The value of <c>--environment</c>, or null.</param>
    /// <param name="work">The command; it returns the exit code.</param>
    /// <param name="stop">Canceled when the operator interrupts the command.</param>
    /// <param name="migrates">False for a command that must not change the schema.</param>
    /// <exception cref="CommandFailedException">The database can't be used.</exception>
    public async Task<int> RunCommandAsync(string? environmentName, Func<CommandContext, Task<int>> work, CancellationToken stop, bool migrates = true)
    {
        var builder = CreateBuilder(environmentName is null ? [] : ["--environment", environmentName]);
        CommandLog.AddTo(builder.Logging);
        var database = AddServices(builder, SettingsOf(builder, serves: false), stop);
        await using var embedded = await database.JoinEmbeddedAsync(CommandLog.AddTo, stop);
        try
        {
            var connectionString = WithCommandTimeout(database.ConnectionString ?? embedded!.ConnectionString);
            builder.Services.AddSingleton(new PostgresAddress(await PoolerProbe.AdaptAsync(connectionString, stop)));
            await using var app = builder.Build();
            var migrated = migrates ? await app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(stop) : [];
            await using var scope = app.Services.CreateAsyncScope();
            return await work(new(scope.ServiceProvider, migrated, stop));
        }
        catch (Exception failure) when (Explain(database, embedded, failure) is { } line)
        {
            throw new CommandFailedException(line, failure);
        }
    }

    /// <summary>Runs a command that examines the settings, whether or not they are valid. Nothing is created, started, or migrated.</summary>
    /// <param name="environmentName">The value of <c>--environment</c>, or null.</param>
    /// <param name="work">The command; it returns the exit code.</param>
    /// <param name="stop">Canceled when the operator interrupts the command.</param>
    public async Task<int> ExamineAsync(string? environmentName, Func<Examination, Task<int>> work, CancellationToken stop)
    {
        string[] arguments = environmentName is null ? [] : ["--environment", environmentName];
        var (builder, environmentError) = CreateBuilderAnyway(arguments);
        builder.Logging.ClearProviders();

        // Without a valid POSTGRES_URL, services that need it can't be built.
        builder.Host.UseDefaultServiceProvider(services => services.ValidateOnBuild = false);
        var isProduction = !RunEnvironment.HasDevelopmentRules(builder.Environment);
        var settings = new SettingsReader(builder.Configuration, isProduction, serves: true, onlyReads: true);
        var database = DatabaseOptions.Read(settings);
        addServices(builder, settings, stop);
        await using var embedded = settings.IsProduction || settings.ReadText("POSTGRES_URL") is not null
            ? null
            : await CommandPostgres.JoinRunningAsync(database.Embedded, stop);
        var connectionString = database.ConnectionString ?? embedded?.ConnectionString;
        if (connectionString is not null)
        {
            builder.Services.AddSingleton(new PostgresAddress(connectionString));
        }

        await using var app = builder.Build();
        return await work(new(app, settings, environmentError, database, connectionString is not null, stop));
    }

    private static WebApplicationBuilder CreateBuilder(string[] arguments) => CreateBuilder(arguments, RunEnvironment.Choose(arguments));

    private static WebApplicationBuilder CreateBuilder(string[] arguments, string? environmentName) => WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = arguments,
        ContentRootPath = AppContext.BaseDirectory,
        EnvironmentName = environmentName,
    });

    /// <summary>Chooses Production, whose rules are stricter, if the environment's name isn't valid.</summary>
    private static (WebApplicationBuilder Builder, string? Error) CreateBuilderAnyway(string[] arguments)
    {
        try
        {
            return (CreateBuilder(arguments), null);
        }
        catch (ConfigurationException failure)
        {
            return (CreateBuilder([], Environments.Production), failure.Message);
        }
    }

    private static SettingsReader SettingsOf(WebApplicationBuilder builder, bool serves) =>
        new(builder.Configuration, isProduction: !RunEnvironment.HasDevelopmentRules(builder.Environment), serves);

    /// <summary>Reads all settings before anything is opened, so that every error in them is reported at once.</summary>
    /// <exception cref="ConfigurationException">One line for each variable that is missing or wrong.</exception>
    private DatabaseOptions AddServices(WebApplicationBuilder builder, SettingsReader settings, CancellationToken stop)
    {
        var database = DatabaseOptions.Read(settings);
        addServices(builder, settings, stop);
        settings.ThrowIfInvalid();
        return database;
    }

    private static string WithCommandTimeout(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (!builder.ShouldSerialize("Command Timeout"))
        {
            builder.CommandTimeout = CommandTimeoutSeconds;
        }

        return builder.ConnectionString;
    }

    private static string? Explain(DatabaseOptions database, CommandPostgres? embedded, Exception failure) => embedded is { IsGuest: true }
        && DatabaseFailure.In(failure) is not null
        ? "The server that runs the PostgreSQL used by this command has stopped. Uncommitted changes were rolled back. Run the command again."
        : DatabaseErrorLine.Of(failure, database.Name);
}
