using Cortex.IdentityServer.Foundation.Data.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>A durable PostgreSQL that a test can stop, kill, freeze and start again at the same address. For Linux, as it goes by <c>/proc</c>.</summary>
internal sealed class KillablePostgres : IAsyncDisposable
{
    public const int MaxConnections = 90;

    // Short, as a socket has to fit below it: with a port, another one would be taken at each start.
    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;
    private EmbeddedPostgres? _owner;
    private PostgresServer _server = null!;

    /// <summary>Where root lets PostgreSQL and a pooler run.</summary>
    public PostgresAccount Account { get; private set; } = null!;

    /// <summary>The cluster's folder, which holds its socket.</summary>
    public string Data => Path.Combine(_folder, "pg");

    public string ConnectionString => _owner!.ConnectionString;

    /// <summary>A folder of its own that <see cref="Account"/> can enter.</summary>
    public string Folder => _folder;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async Task CreateAsync()
    {
#pragma warning disable CA1416 // See above: Linux.
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_001_001);
#pragma warning restore CA1416
        var options = new EmbeddedPostgresOptions { DataDirectory = Data, MaxConnections = MaxConnections };
        _owner = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, Ct);
        Account = await PostgresAccount.FindAsync(Ct);
        var binaries = await PostgresBinaries.FindAsync(wanted: null, Ct);
        _server = new(Account, binaries[0], Data, options);
    }

    /// <summary>Ends transactions and connections, as an operator or a failover does.</summary>
    public async Task StopAsync() => Assert.True(await _server.StopAsync("fast"));

    public Task StartAsync() => _server.StartAsync(Ct);

    /// <summary>kill -9 of all its processes: it recovers from its log at the next start.</summary>
    public Task KillAsync() => PostgresProcesses.SignalAsync("KILL", Data);

    /// <summary>Its connections stay open and nothing answers.</summary>
    public Task FreezeAsync() => PostgresProcesses.SignalAsync("STOP", Data);

    public Task ThawAsync() => PostgresProcesses.SignalAsync("CONT", Data);

    /// <summary>Runs and answers, if it doesn't yet.</summary>
    public async Task RestoreAsync()
    {
        if (Postmaster.FindRunning(Data) is null)
        {
            await StartAsync();
        }

        await ThawAsync();
    }

    public async Task<object?> SqlAsync(string sql, params object[] parameters)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteScalarAsync(Ct);
    }

    /// <summary>A connection of its own.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, ApplicationName = "test" }.ConnectionString);
        try
        {
            await connection.OpenAsync(Ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_owner is not null)
        {
            await _owner.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
