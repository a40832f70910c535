using Cortex.IdentityServer.Foundation.Data.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>
/// A durable PostgreSQL that a test can stop, kill, freeze, and restart at the same address. It only works on Linux, because it uses <c>/proc</c>.
/// </summary>
internal sealed class KillablePostgres : IAsyncDisposable
{
    public const int MaxConnections = 90;

    // The path is short because the path of a Unix socket is limited. A TCP port would differ after each start.
    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;
    private EmbeddedPostgres? _owner;
    private PostgresServer _server = null!;

    /// <summary>The account that PostgreSQL and a pooler run as if the tests run as root.</summary>
    public PostgresAccount Account { get; private set; } = null!;

    /// <summary>The data directory, which also contains the socket.</summary>
    public string Data => Path.Combine(_folder, "pg");

    public string ConnectionString => _owner!.ConnectionString;

    /// <summary>A temporary folder that <see cref="Account"/> can access.</summary>
    public string Folder => _folder;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task CreateAsync()
    {
#pragma warning disable CA1416 // This class only works on Linux.
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_001_001);
#pragma warning restore CA1416
        var options = new EmbeddedPostgresOptions { DataDirectory = Data, MaxConnections = MaxConnections };
        _owner = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, Cancel);
        Account = await PostgresAccount.FindAsync(Cancel);
        var binaries = await PostgresBinaries.FindAsync(wanted: null, Cancel);
        _server = new(Account, binaries[0], Data, options);
    }

    /// <summary>Stops PostgreSQL, which aborts transactions and closes connections, as an operator or a failover would.</summary>
    public async Task StopAsync() => Assert.True(await _server.StopAsync("fast"));

    public Task StartAsync() => _server.StartAsync(Cancel);

    /// <summary>Kills all processes with SIGKILL. PostgreSQL recovers from its log when it starts again.</summary>
    public Task KillAsync() => PostgresProcesses.SignalAsync("KILL", Data);

    /// <summary>Suspends all processes: connections stay open, but nothing responds.</summary>
    public Task FreezeAsync() => PostgresProcesses.SignalAsync("STOP", Data);

    public Task ThawAsync() => PostgresProcesses.SignalAsync("CONT", Data);

    /// <summary>Makes sure that PostgreSQL is running and responding.</summary>
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

        return await command.ExecuteScalarAsync(Cancel);
    }

    /// <summary>Opens a connection that isn't pooled.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, ApplicationName = "test" }.ConnectionString);
        try
        {
            await connection.OpenAsync(Cancel);
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
