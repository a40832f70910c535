using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>
/// Works on stored events, in any order. An event that fails is tried again later and doesn't hold up the others; after ten attempts it waits for an
/// administrator.
/// </summary>
internal sealed partial class EventWorker(
    NpgsqlDataSource database, ServerWatch server, IServiceScopeFactory scopes, EventFailures failures, InboxSignal signal, TimeProvider clock,
    ILogger<EventWorker> logger)
    : BackgroundService
{
    /// <summary>How often the worker looks for events that it wasn't signaled about: those of other replicas, and those due for a retry.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(1);

    /// <summary>The number of events that are worked on before replayed ones have their turn.</summary>
    private const int BatchSize = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failed = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            var isBusy = false;
            try
            {
                isBusy = await WorkAsync(stoppingToken);
                failed = 0;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // Usually the database is unavailable. Whatever the cause, the worker must keep running.
                server.ReportFailure(failure);
                Log.Failed(logger, DatabaseFailure.In(failure) is null ? failure : null, failure.GetType().Name);
                failed++;
            }

            // The poll uses real time rather than the injected clock, because no business rule depends on it.
            if (failed > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(MaxPause.TotalSeconds, Math.Pow(2, failed - 1))), TimeProvider.System, stoppingToken);
            }
            else if (!isBusy)
            {
                await signal.WaitAsync(PollInterval, stoppingToken);
            }
        }
    }

    /// <summary>Returns whether there may be more to do.</summary>
    private async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        if (!await IsAnyDueAsync(cancellationToken))
        {
            return false;
        }

        var received = await WorkAsync(isReceived: true, cancellationToken);
        var pending = await WorkAsync(isReceived: false, cancellationToken);
        return received == BatchSize || pending == BatchSize;
    }

    /// <summary>Bypasses EF Core, so a server without events doesn't have to load it.</summary>
    private async Task<bool> IsAnyDueAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(EventQueue.AnyDueSql);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task<int> WorkAsync(bool isReceived, CancellationToken cancellationToken)
    {
        var count = 0;
        while (count < BatchSize && await WorkOnNextAsync(isReceived, cancellationToken))
        {
            count++;
        }

        return count;
    }

    private async Task<bool> WorkOnNextAsync(bool isReceived, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<EventWork>();
        try
        {
            return await (isReceived ? work.RunReceivedAsync(cancellationToken) : work.RunPendingAsync(cancellationToken));
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && work.Current is not null && EventFailures.IsOfEvent(failure))
        {
            await failures.RecordAsync(work.Current, failure, cancellationToken);
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4438, LogLevel.Warning, "Billing events could not be worked on ({Failure}); retrying")]
        public static partial void Failed(ILogger logger, Exception? exception, string failure);
    }
}
