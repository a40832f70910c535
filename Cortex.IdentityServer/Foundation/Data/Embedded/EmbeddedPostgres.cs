using System.Diagnostics;
using System.Globalization;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>
/// A private PostgreSQL that starts and stops with the server. It is created at the first start, keeps its data between runs, and is taken over if a crash
/// left it running.
/// </summary>
internal sealed partial class EmbeddedPostgres : IAsyncDisposable
{
    private readonly EmbeddedPostgresOptions _options;
    private readonly ILogger _logger;
    private readonly List<OwnerLock> _locks = [];
    private DataFolder? _folder;
    private PostgresServer? _server;
    private readonly string _requestedDirectory;
    private string _dataDirectory;
    private int _disposed;

    private EmbeddedPostgres(EmbeddedPostgresOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _requestedDirectory = _dataDirectory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.DataDirectory));
    }

    /// <summary>The connection string, as Npgsql keywords, to <see cref="EmbeddedPostgresOptions.Database"/> as the cluster's owner.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The folder in which the cluster is stored.</summary>
    public string DataDirectory => _dataDirectory;

    /// <exception cref="EmbeddedPostgresException">The operator has to act. The message says how.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken ct)
    {
        var postgres = new EmbeddedPostgres(options, logger);
        try
        {
            await postgres.StartAsync(ct);
            return postgres;
        }
        catch (Exception e)
        {
            await postgres.DisposeAsync();
            if (e is not EmbeddedPostgresException and (IOException or UnauthorizedAccessException or NpgsqlException))
            {
                throw new EmbeddedPostgresException(
                    $"The embedded PostgreSQL in {options.DataDirectory} could not be used: {e.Message.TrimEnd('.')}; check its owner and the free disk "
                        + "space, delete it to start over, or set POSTGRES_URL.",
                    e);
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (_server is not null)
        {
            // Stopping isn't cancelable: otherwise the process would keep running without an owner.
            if (await _server.StopAsync(_options.Fresh ? "immediate" : "fast"))
            {
                Log.Stopped(_logger, _dataDirectory);
            }
            else
            {
                Log.NotStopped(_logger, _dataDirectory);
            }

            if (_options.Fresh)
            {
                await _folder!.DeleteClusterAsync(_dataDirectory);
                DataFolder.DeleteLink(_requestedDirectory, _dataDirectory);
            }
        }

        _locks.ForEach(one => one.Dispose());
    }

    private async Task StartAsync(CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        Directory.CreateDirectory(Path.GetDirectoryName(_requestedDirectory)!);
        _locks.Add(OwnerLock.Take(_requestedDirectory));

        var account = await PostgresAccount.FindAsync(ct);
        var found = await PostgresBinaries.FindAsync(_options.BinDirectory, ct);
        _folder = new DataFolder(account);
        _dataDirectory = await _folder.LocateAsync(_requestedDirectory, ct);
        if (_dataDirectory != _requestedDirectory)
        {
            // A copied checkout contains the same symlink, and would share the cluster without sharing the lock.
            _locks.Add(OwnerLock.Take(_dataDirectory));
            Log.Relocated(_logger, _requestedDirectory, account.Name, _dataDirectory);
        }

        await _folder.DeleteLeftoversAsync(_dataDirectory);
        if (_options.Fresh && DataFolder.HasCluster(_dataDirectory))
        {
            await new PostgresServer(account, found[0], _dataDirectory, _options).StopAsync("immediate");
            await _folder.DeleteClusterAsync(_dataDirectory);
        }

        var binaries = await ChooseBinariesAsync(found, ct);
        if (!DataFolder.HasCluster(_dataDirectory))
        {
            await new NewCluster(account, _folder, binaries, _options.Durable).CreateAsync(_dataDirectory, ct);
        }

        await _folder.CheckAsync(_dataDirectory, ct);
        _server = new PostgresServer(account, binaries, _dataDirectory, _options);
        var takenOver = await _server.TryTakeOverAsync(ct);
        if (!takenOver)
        {
            await _server.StartAsync(ct);
        }

        await CreateDatabaseAsync(ct);
        ConnectionString = _server.ConnectionString(_options.Database);
        Log.Started(_logger, binaries.Major, _dataDirectory, account.Name, takenOver, clock.ElapsedMilliseconds);
    }

    /// <summary>Finds the binaries of the major version that created the cluster.</summary>
    private async Task<PostgresBinaries> ChooseBinariesAsync(IReadOnlyList<PostgresBinaries> found, CancellationToken ct)
    {
        if (!DataFolder.HasCluster(_dataDirectory))
        {
            return found[0];
        }

        var text = await File.ReadAllTextAsync(Path.Combine(_dataDirectory, "PG_VERSION"), ct);
        _ = int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var major);
        return found.FirstOrDefault(binaries => binaries.Major == major) ?? throw new EmbeddedPostgresException(
            $"The cluster in {_dataDirectory} was created by PostgreSQL {text.Trim()}, and only "
                + $"{string.Join(", ", found.Select(binaries => binaries.Major).Distinct())} is installed: install that version, set POSTGRES_BIN to its "
                + "bin folder, or delete the folder to start over.");
    }

    private async Task CreateDatabaseAsync(CancellationToken ct)
    {
        await using var source = DataSources.BuildUnpooled(_server!.ConnectionString("postgres"));
        await using var connection = await source.OpenConnectionAsync(ct);

        await using var find = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection);
        find.Parameters.Add(new NpgsqlParameter { Value = _options.Database });
        if (await find.ExecuteScalarAsync(ct) is not null)
        {
            return;
        }

        var name = _options.Database.Replace("\"", "\"\"", StringComparison.Ordinal);
#pragma warning disable CA2100 // An identifier can't be a parameter. It is quoted.
        await using var create = new NpgsqlCommand($"CREATE DATABASE \"{name}\"", connection);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(ct);
    }

    private static partial class Log
    {
        [LoggerMessage(1410, LogLevel.Information, "PostgreSQL {Major} is running in {Data} as {Account} (taken over: {TakenOver}) after {Elapsed} ms")]
        public static partial void Started(ILogger logger, int major, string data, string account, bool takenOver, long elapsed);

        [LoggerMessage(1411, LogLevel.Information, "{Requested} links to {Data}, which the account {Account} can access")]
        public static partial void Relocated(ILogger logger, string requested, string account, string data);

        [LoggerMessage(1412, LogLevel.Information, "PostgreSQL in {Data} has stopped")]
        public static partial void Stopped(ILogger logger, string data);

        [LoggerMessage(1413, LogLevel.Warning, "PostgreSQL in {Data} didn't stop in time; the next server to start will take it over")]
        public static partial void NotStopped(ILogger logger, string data);
    }
}
