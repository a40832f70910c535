using System.Diagnostics;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>The embedded PostgreSQL for a command: the running server's, or one that the command starts for itself.</summary>
internal sealed class CommandPostgres : IAsyncDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a command waits for another server to finish starting or stopping.</summary>
    private static readonly TimeSpan TransitionTimeout = TimeSpan.FromSeconds(30);

    private readonly EmbeddedPostgres? _own;
    private readonly GuestLock? _guest;
    private readonly CancellationToken _stop;

    private CommandPostgres(EmbeddedPostgres own, CancellationToken stop)
    {
        (_own, _stop) = (own, stop);
        ConnectionString = own.ConnectionString;
    }

    private CommandPostgres(GuestLock guest, string connectionString)
    {
        _guest = guest;
        ConnectionString = connectionString;
    }

    public string ConnectionString { get; }

    /// <summary>Whether another process owns the cluster and may stop it at any time.</summary>
    public bool IsGuest => _guest is not null;

    /// <exception cref="EmbeddedPostgresException">The operator has to act. The message says how.</exception>
    public static async Task<CommandPostgres> OpenAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken ct)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new(await EmbeddedPostgres.StartAsync(options, logger, ct), ct);
            }
            catch (EmbeddedPostgresInUseException taken) when (waited.Elapsed > TransitionTimeout)
            {
                throw new EmbeddedPostgresException(
                    $"The embedded PostgreSQL in {options.DataDirectory} belongs to a running server but doesn't answer: check that server's log, "
                        + "or stop it.", taken);
            }
            catch (EmbeddedPostgresInUseException)
            {
                if (await TryJoinAsync(options, ct) is { } joined)
                {
                    return joined;
                }
            }

            await Task.Delay(RetryDelay, ct);
        }
    }

    /// <summary>Joins the cluster of a running server; null if none is running. Nothing is created or started.</summary>
    public static async Task<CommandPostgres?> JoinRunningAsync(EmbeddedPostgresOptions options, CancellationToken ct) =>
        Postmaster.FindRunning(LocateData(options)) is null ? null : await TryJoinAsync(options, ct);

    public async ValueTask DisposeAsync()
    {
        _guest?.Dispose();
        if (_own is not null)
        {
            using var alone = await WaitForGuestsAsync(_own.DataDirectory);
            await _own.DisposeAsync();
        }
    }

    private static async Task<CommandPostgres?> TryJoinAsync(EmbeddedPostgresOptions options, CancellationToken ct)
    {
        var data = LocateData(options);
        var guest = GuestLock.TryEnter(data);
        if (guest is not null
            && Postmaster.FindRunning(data) is { IsStarting: false, IsStopping: false } running
            && running.ConnectionString(data, options.Database) is var connectionString
            && await RespondsAsync(connectionString, ct))
        {
            return new(guest, connectionString);
        }

        guest?.Dispose();
        return null;
    }

    /// <summary>Returns the folder of the cluster, which the requested path may only link to.</summary>
    private static string LocateData(EmbeddedPostgresOptions options)
    {
        var requested = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.DataDirectory));
        var link = new DirectoryInfo(requested);
        return link.LinkTarget is null ? requested : link.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? requested;
    }

    private static async Task<bool> RespondsAsync(string connectionString, CancellationToken ct)
    {
        try
        {
            await using var connection = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 5 }.ConnectionString);
            await connection.OpenAsync(ct);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>Returns null if the command is canceled while it waits.</summary>
    private async Task<GuestLock?> WaitForGuestsAsync(string dataDirectory)
    {
        try
        {
            return await GuestLock.WaitForGuestsAsync(dataDirectory, _stop);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
