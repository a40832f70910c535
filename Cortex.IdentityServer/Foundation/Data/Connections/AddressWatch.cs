using System.Net.Sockets;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>Finds out where POSTGRES_URL leads now, while the connections that the server has still work.</summary>
/// <remarks>
/// After a failover that nobody enforces, the old primary may live on with all our connections: without a look at where new ones would go, this server
/// would work there for good and never hear of what the others revoke.
/// </remarks>
internal sealed class AddressWatch(string connectionString, NpgsqlDataSource database, ServerWatch watch) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Npgsql goes by what it last saw of each of several hosts. Where that finds none, although there is one, it has to look again.</summary>
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
            // Otherwise the listener looks for a server, and finds it sooner.
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
            // No other server is there: the connections that work are as good as it gets.
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
