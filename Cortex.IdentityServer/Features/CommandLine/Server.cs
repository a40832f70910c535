using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Npgsql;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>The server as <c>Program</c> puts it together, to serve or to work for a command.</summary>
internal sealed class Server(AddParts addParts, Func<WebApplication, CortexEnvironment, Task> serve)
{
    /// <summary>Nobody waits for an answer within seconds, and a database under load may need longer for a batch.</summary>
    private const int CommandTimeoutSeconds = 60;

    public async Task ServeAsync(string[] arguments, CancellationToken stop)
    {
        var builder = CreateBuilder(arguments);
        var environment = CortexEnvironment.Read(builder.Configuration, builder.Environment, serves: true);
        await using var embedded = await environment.Database.StartEmbeddedAsync(stop);
        try
        {
            await ServeAsync(builder, environment, environment.Database.ConnectionString ?? embedded!.ConnectionString, stop);
        }
        catch (Exception failure) when (DatabaseErrorLine.Of(failure, environment.Database.Name) is { } line)
        {
            throw new CommandFailedException(line, failure);
        }
    }

    private async Task ServeAsync(WebApplicationBuilder builder, CortexEnvironment environment, string database, CancellationToken stop)
    {
        var postgres = await PoolerProbe.AdaptAsync(database, stop);
        addParts(builder, environment, postgres, stop);
        var log = StartLog.Of(builder);
        await using var app = builder.Build();
        log.EndWith(app.Lifetime);
        await app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(stop);
        await serve(app, environment);
    }

    /// <summary>Does something with the migrated database, beside a server that runs or without one.</summary>
    /// <param name="environmentName">As <c>--environment</c> says, or null.</param>
    /// <param name="work">What to do; its answer is the program's exit code.</param>
    /// <param name="stop">Whoever runs the command doesn't want it any more.</param>
    /// <param name="migrates">False for a command that takes the database as it is.</param>
    /// <exception cref="CommandFailedException">The database can't be used.</exception>
    public async Task<int> WorkAsync(string? environmentName, Func<Work, Task<int>> work, CancellationToken stop, bool migrates = true)
    {
        var builder = CreateBuilder(environmentName is null ? [] : ["--environment", environmentName]);
        CommandLog.AddTo(builder.Logging);
        var environment = CortexEnvironment.Read(builder.Configuration, builder.Environment, serves: false);
        await using var embedded = await environment.Database.VisitEmbeddedAsync(CommandLog.AddTo, stop);
        try
        {
            var patient = WithPatience(environment.Database.ConnectionString ?? embedded!.ConnectionString);
            addParts(builder, environment, await PoolerProbe.AdaptAsync(patient, stop), stop);
            await using var app = builder.Build();
            var migrated = migrates ? await app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(stop) : [];
            await using var scope = app.Services.CreateAsyncScope();
            return await work(new(scope.ServiceProvider, migrated, stop));
        }
        catch (Exception failure) when (Explain(environment.Database, embedded, failure) is { } line)
        {
            throw new CommandFailedException(line, failure);
        }
    }

    private static WebApplicationBuilder CreateBuilder(string[] arguments) => WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = arguments,
        ContentRootPath = AppContext.BaseDirectory,
        EnvironmentName = RunEnvironment.Choose(arguments),
    });

    private static string WithPatience(string connectionString)
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
        ? "The server whose PostgreSQL this command was using has stopped. Uncommitted changes were rolled back. Run the command again."
        : DatabaseErrorLine.Of(failure, database.Name);
}
