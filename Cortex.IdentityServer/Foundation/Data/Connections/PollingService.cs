namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>A background service that looks for work in the database again and again, whatever happens to the database.</summary>
/// <param name="server">Learns of failures, which may mean that POSTGRES_URL leads to another server.</param>
/// <param name="interval">The pause between two polls.</param>
internal abstract class PollingService(ServerWatch server, TimeSpan interval) : BackgroundService
{
    protected ServerWatch Server { get; } = server;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await PollAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // Usually the database is unavailable. Whatever the cause, the service must keep running.
                Server.ReportFailure(failure);
                LogFailure(DatabaseFailure.In(failure) is null ? failure : null, failure.GetType().Name);
            }

            await PauseAsync(interval, stoppingToken);
        }
    }

    /// <summary>Does the work that there is.</summary>
    protected abstract Task PollAsync(CancellationToken cancellationToken);

    /// <param name="exception">The failure, unless the database can't be used.</param>
    /// <param name="failure">The name of its type.</param>
    protected abstract void LogFailure(Exception? exception, string failure);

    /// <summary>Waits for the next poll, in real time rather than that of the injected clock, because no business rule depends on it.</summary>
    protected virtual Task PauseAsync(TimeSpan time, CancellationToken cancellationToken) => Task.Delay(time, TimeProvider.System, cancellationToken);
}
