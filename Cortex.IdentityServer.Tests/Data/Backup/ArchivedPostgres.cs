using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Backup;

/// <summary>A PostgreSQL that archives its WAL, and can be restored from a base backup to a point in time.</summary>
internal sealed class ArchivedPostgres : IAsyncDisposable
{
    private const string Database = "cortex";

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;
    private readonly PostgresAccount _account;
    private readonly PostgresBinaries _binaries;
    private string _data;

    private ArchivedPostgres(PostgresAccount account, PostgresBinaries binaries)
    {
        (_account, _binaries) = (account, binaries);
        _data = Path.Combine(_folder, "primary");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private int Port { get; } = FreePort();

    private string Base => Path.Combine(_folder, "base");

    private string Archive => Path.Combine(_folder, "wal");

    public string ConnectionString => ConnectionTo(Database);

    /// <summary>The connections of a pool would be broken after a restore.</summary>
    public string Unpooled => new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString;

    /// <summary>Starts it with an empty database. The test is skipped if PostgreSQL's program for base backups isn't installed.</summary>
    public static async Task<ArchivedPostgres> StartAsync()
    {
        var binaries = (await PostgresBinaries.FindAsync(wanted: null, Cancel)).FirstOrDefault(
            binaries => File.Exists(Path.Combine(binaries.Folder, "pg_basebackup")));
        Assert.SkipWhen(binaries is null, "pg_basebackup is not installed");
        var postgres = new ArchivedPostgres(await PostgresAccount.FindAsync(Cancel), binaries!);
        await postgres.CreateAsync();
        return postgres;
    }

    public Task BackUpAsync() => RunAsync("pg_basebackup", "-h", "127.0.0.1", "-p", Text(Port), "-U", Database, "-D", Base, "-c", "fast", "-N");

    /// <summary>Stops it after its last WAL is in the archive, and starts what the backup and the archive had at this time in its place.</summary>
    public async Task RestoreAsync(DateTimeOffset time)
    {
        // An unfinished file isn't archived otherwise.
        await PythonDatabase.SqlAsync<string>(Unpooled, "SELECT pg_switch_wal()::text");
        await StopAsync("fast");
        var settings = $"""

            restore_command = 'cp {Archive}/%f %p'
            recovery_target_time = '{time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}+00'
            recovery_target_action = promote

            """;
        await RunAsync("/bin/sh", "-c", """printf '%s' "$1" >> "$0/postgresql.auto.conf" && touch "$0/recovery.signal" """, Base, settings);
        _data = Base;
        await StartPostmasterAsync();
        await Poll.UntilAsync(Timeout, "the end of recovery", async () => await PythonDatabase.SqlAsync<bool>(
            Unpooled, "SELECT NOT pg_is_in_recovery()"));
    }

    public async ValueTask DisposeAsync()
    {
        if (Postmaster.FindRunning(_data) is not null)
        {
            await StopAsync("immediate");
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task CreateAsync()
    {
        Assert.True(await _account.ChangeOwnerAsync(_folder, Cancel));
        await RunAsync("initdb", "-D", _data, "-U", Database, "--auth=trust", "-E", "UTF8", "--locale=C", "-N");
        await RunAsync("/bin/sh", "-c", "mkdir \"$0\"", Archive);
        await StartPostmasterAsync();
        await PythonDatabase.SqlAsync<object>(ConnectionTo("postgres"), $"CREATE DATABASE {Database}; SELECT 1");
    }

    private async Task StartPostmasterAsync()
    {
        string[] settings =
        [
            $"port={Port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=90", "shared_buffers=32MB", "wal_level=replica",
            "archive_mode=on", $"archive_command=test ! -f {Archive}/%f && cp %p {Archive}/%f",

            // The machine doesn't crash.
            "fsync=off",
        ];
        await RunPgCtlAsync(
            "start", "-w", "-t", "60", "-l", Path.Combine(_folder, "server.log"), "-o", string.Join(' ', settings.Select(setting => $"-c \"{setting}\"")));
    }

    private Task StopAsync(string mode) => RunPgCtlAsync("stop", "-w", "-m", mode);

    private async Task RunPgCtlAsync(params string[] arguments)
    {
        var run = await _account.RunAsync(_binaries.PgCtl, arguments, Timeout, CancellationToken.None, _data);
        var log = Path.Combine(_folder, "server.log");
        Assert.True(run.Succeeded, run.Succeeded || !File.Exists(log) ? run.Output : run.Output + await File.ReadAllTextAsync(log, CancellationToken.None));
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        var run = await _account.RunAsync(Path.Combine(_binaries.Folder, program), arguments, Timeout, Cancel);
        Assert.True(run.Succeeded, run.Output);
    }

    private string ConnectionTo(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = database,
        Username = Database,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }
}
