using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>A primary and a hot standby with synchronous streaming replication.</summary>
internal sealed class StandbyPair : IAsyncDisposable
{
    private const string Database = "cortex";

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;
    private PostgresAccount _account = null!;
    private PostgresBinaries _binaries = null!;

    public int PrimaryPort { get; } = FreePort();

    public int StandbyPort { get; } = FreePort();

    private string PrimaryData => Path.Combine(_folder, "primary");

    private string StandbyData => Path.Combine(_folder, "standby");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="isReplicated">Whether to start the standby too.</param>
    public static async Task<StandbyPair> StartAsync(bool isReplicated = true)
    {
        var pair = new StandbyPair();
        await pair.CreateAsync();
        if (isReplicated)
        {
            await pair.ReplicateAsync();
        }

        return pair;
    }

    /// <summary>Returns a connection string for a local port.</summary>
    public static string ConnectionStringTo(int port) => ConnectionStringTo("127.0.0.1", port);

    /// <summary>Returns a connection string for one or more hosts, each with its port.</summary>
    public static string ConnectionStringTo(string hosts, int? port = null) => new NpgsqlConnectionStringBuilder
    {
        Host = hosts,
        Port = port ?? 5432,
        Database = Database,
        Username = Database,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>Adds the standby. From now on, the primary acknowledges a commit only once it is on the standby's disk.</summary>
    public async Task ReplicateAsync()
    {
        await RunAsync("pg_basebackup", "-h", "127.0.0.1", "-p", ToText(PrimaryPort), "-U", Database, "-D", StandbyData, "-R", "-c", "fast", "-N");
        await StartAsync(StandbyData, StandbyPort);
        await SqlAsync(PrimaryPort, "ALTER SYSTEM SET synchronous_standby_names = '*'");
        await SqlAsync(PrimaryPort, "SELECT pg_reload_conf()");
        await Poll.UntilAsync(
            Timeout, "synchronous replication",
            async () => await SqlAsync(PrimaryPort, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") is 1L);
    }

    /// <summary>Makes the primary accept TLS connections with a certificate.</summary>
    public async Task UseCertificateAsync(string certificatePem, string keyPem)
    {
        foreach (var (setting, text) in new[] { ("ssl_cert_file", certificatePem), ("ssl_key_file", keyPem) })
        {
            var file = Path.Combine(_folder, setting);
            await File.WriteAllTextAsync(file, text, Cancel);
#pragma warning disable CA1416 // These tests only run on Linux.
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
#pragma warning restore CA1416
            Assert.True(await _account.ChangeOwnerAsync(file, Cancel));
            await SqlAsync(PrimaryPort, $"ALTER SYSTEM SET {setting} = '{file}'");
        }

        await SqlAsync(PrimaryPort, "ALTER SYSTEM SET ssl = on");
        await SqlAsync(PrimaryPort, "SELECT pg_reload_conf()");
        await Poll.UntilAsync(Timeout, "TLS", async () => await SqlAsync(PrimaryPort, "SHOW ssl") is "on");
    }

    public Task KillPrimaryAsync() => PostgresProcesses.SignalAsync("KILL", PrimaryData);

    /// <summary>Promotes the standby. When this returns, it accepts writes.</summary>
    public async Task PromoteAsync()
    {
        await SqlAsync(StandbyPort, "SELECT pg_promote(wait => false)");
        await Poll.UntilAsync(Timeout, "a promoted standby", async () => await SqlAsync(StandbyPort, "SELECT pg_is_in_recovery()") is false);
    }

    /// <summary>Pauses replay, so that the standby shows everything that has been committed so far and nothing later.</summary>
    public async Task PauseReplayAsync()
    {
        object written = (string)(await SqlAsync(PrimaryPort, "SELECT pg_current_wal_flush_lsn()::text"))!;
        await Poll.UntilAsync(Timeout, "the standby to catch up", async () =>
            await SqlAsync(StandbyPort, "SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn", written) is true);
        await SqlAsync(StandbyPort, "SELECT pg_wal_replay_pause()");
        await Poll.UntilAsync(Timeout, "a pause", async () => await SqlAsync(StandbyPort, "SELECT pg_get_wal_replay_pause_state()") is "paused");
    }

    public static async Task<object?> SqlAsync(int port, string sql, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ConnectionStringTo(port)) { Pooling = false, ApplicationName = "test" }.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteScalarAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var data in new[] { PrimaryData, StandbyData })
        {
            if (Postmaster.FindRunning(data) is not null)
            {
                await _account.RunAsync(_binaries.PgCtl, ["stop", "-w", "-m", "immediate"], Timeout, CancellationToken.None, data);
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    private static string ToText(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task CreateAsync()
    {
        _account = await PostgresAccount.FindAsync(Cancel);
        _binaries = (await PostgresBinaries.FindAsync(wanted: null, Cancel)).First(binaries => File.Exists(Path.Combine(binaries.Folder, "pg_basebackup")));
        Assert.True(await _account.ChangeOwnerAsync(_folder, Cancel));
        await RunAsync("initdb", "-D", PrimaryData, "-U", Database, "--auth=trust", "-E", "UTF8", "--locale=C", "-N");
        await StartAsync(PrimaryData, PrimaryPort);
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ConnectionStringTo(PrimaryPort)) { Pooling = false, Database = "postgres" }.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var create = new NpgsqlCommand($"CREATE DATABASE {Database}", connection);
        await create.ExecuteNonQueryAsync(Cancel);
    }

    private async Task StartAsync(string data, int port)
    {
        string[] settings =
        [
            $"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=90", "wal_level=replica", "hot_standby=on",
            "shared_buffers=32MB",

            // The tests kill PostgreSQL and not the machine, so written data survives without fsync.
            "fsync=off",
        ];
        var started = await _account.RunAsync(
            _binaries.PgCtl,
            [
                "start", "-w", "-t", ToText((int)Timeout.TotalSeconds), "-l", Path.Combine(data, "server.log"), "-o",
                string.Join(' ', settings.Select(setting => $"-c {setting}")),
            ],
            Timeout,
            Cancel,
            data);
        Assert.True(started.Succeeded, started.Output);
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        var run = await _account.RunAsync(Path.Combine(_binaries.Folder, program), arguments, Timeout, Cancel);
        Assert.True(run.Succeeded, run.Output);
    }
}
