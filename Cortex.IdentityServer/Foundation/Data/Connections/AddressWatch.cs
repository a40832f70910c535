using System.Net.Sockets;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>Detects that POSTGRES_URL leads to another server, even while the existing connections still work.</summary>
/// <remarks>
/// After a failover without fencing, the old primary may keep serving the existing connections. Without this check, the server would keep using it and
/// never learn what other replicas revoke.
/// </remarks>
internal sealed class AddressWatch(PostgresAddress address, NpgsqlDataSource database, ServerWatch watch) : BackgroundService
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);

    /// <summary>Npgsql caches the state of each of several hosts. If it finds no suitable one in its cache, the cache has to be cleared.</summary>
    private static readonly TimeSpan HostCheckInterval = TimeSpan.FromSeconds(0.5);

    private readonly NpgsqlDataSource _source = DataSources.BuildUnpooled(address.ConnectionString);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _source.DisposeAsync();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync(CheckInterval, CheckAddressAsync, stoppingToken),
        database is NpgsqlMultiHostDataSource ? RepeatAsync(HostCheckInterval, CheckPoolAsync, stoppingToken) : Task.CompletedTask);

    private async Task RepeatAsync(TimeSpan interval, Func<CancellationToken, Task> check, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            // While disconnected, the listener looks for a server itself, and finds it sooner.
            if (watch.IsConnected)
            {
                await check(cancellationToken);
            }
        }
    }

    private async Task CheckAddressAsync(CancellationToken cancellationToken)
    {
        _source.ClearHostStates();
        try
        {
            if (await ServerState.ReadAsync(_source, cancellationToken) is { IsReadOnly: false } server)
            {
                watch.ReportConnection(server);
            }
        }
        catch (Exception failure) when (IsUnreachable(failure, cancellationToken))
        {
            // No other server answers, so the existing connections are the best option.
        }
    }

    private async Task CheckPoolAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
        }
        catch (Exception failure) when (IsUnreachable(failure, cancellationToken))
        {
            database.ClearHostStates();
        }
    }

    private static bool IsUnreachable(Exception failure, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && failure is NpgsqlException or SocketException or TimeoutException or IOException;
}
