using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A connection pooler in transaction mode, which doesn't forward notifications.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private const string ExecutablePath = "/usr/sbin/pgbouncer";

    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;
    private readonly int _port = FreePort();
    private Process? _process;

    public static bool IsInstalled => File.Exists(ExecutablePath);

    /// <summary>The connection string for clients of the pooler.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Database=cortex;Username=cortex;SSL Mode=Disable;GSS Encryption Mode=Disable";

    /// <summary>Starts the pooler as PostgreSQL's account, because PgBouncer refuses to run as root and only that account may use the socket.</summary>
    public async Task StartAsync(string connectionString)
    {
        var account = await PostgresAccount.FindAsync(TestContext.Current.CancellationToken);
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        var file = Path.Combine(_folder, "pgbouncer.ini");
        await File.WriteAllTextAsync(
            file,
            $"""
            [databases]
            cortex = host={target.Host} port={target.Port} dbname={target.Database} user={target.Username} password={target.Password}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {_port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 10
            server_round_robin = 1
            ignore_startup_parameters = extra_float_digits

            """,
            TestContext.Current.CancellationToken);
        Assert.True(await account.ChangeOwnerAsync(_folder, TestContext.Current.CancellationToken));
        Assert.True(await account.ChangeOwnerAsync(file, TestContext.Current.CancellationToken));
        string[] command = [.. account.Prefix, ExecutablePath, "-q", file];
        _process = Process.Start(command[0], command[1..]);
        await Poll.UntilAsync(TimeSpan.FromSeconds(5), "pgbouncer", IsReachableAsync);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> IsReachableAsync()
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, _port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }
}
