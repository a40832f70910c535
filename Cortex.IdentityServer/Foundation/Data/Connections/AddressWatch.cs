using System.Net.Sockets;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>Detects that POSTGRES_URL leads to another server, even while the existing connections still work.</summary>
/// <remarks>
/// After a failover without fencing, the old primary may keep serving the existing connections. Without this check, the server would keep using it and
/// never learn what other replicas revoke.
/// </remarks>
internal sealed class AddressWatch(string connectionString, NpgsqlDataSource database, ServerWatch watch) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Npgsql caches the state of each of several hosts. If it finds no suitable one in its cache, the cache has to be cleared.</summary>
    private static readonly TimeSpan HostsPause = TimeSpan.FromSeconds(0.5);

    private readonly NpgsqlDataSource _source = DataSources.BuildUnpooled(connectionString);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _source.DisposeAsync();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        EachAsync(Pause, LookAsync, stoppingToken),
        database is NpgsqlMultiHostDataSource ? EachAsync(HostsPause, FindAsync, stoppingToken) : Task.CompletedTask);

    private async Task EachAsync(TimeSpan pause, Func<CancellationToken, Task> look, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(pause);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            // While disconnected, the listener looks for a server itself, and finds it sooner.
            if (watch.IsSettled)
            {
                await look(cancellationToken);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        _source.LookAgain();
        try
        {
            if (await ServerState.ReadAsync(_source, cancellationToken) is { IsReadOnly: false } server)
            {
                watch.Opened(server);
            }
        }
        catch (Exception failure) when (IsNoAnswer(failure, cancellationToken))
        {
            // No other server answers, so the existing connections are the best option.
        }
    }

    private async Task FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
        }
        catch (Exception failure) when (IsNoAnswer(failure, cancellationToken))
        {
            database.LookAgain();
        }
    }

    private static bool IsNoAnswer(Exception failure, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && failure is NpgsqlException or SocketException or TimeoutException or IOException;
}
