using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Deletes expired rows at startup and every hour, so that tables don't grow forever with each login.</summary>
internal sealed partial class ExpiredRows(
    NpgsqlDataSource database, ServerWatch server, IEnumerable<IExpiryRule> rules, TimeProvider clock, ILogger<ExpiredRows> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await RemoveAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is NpgsqlException || DatabaseFailure.In(failure) is not null)
            {
                // The next run retries.
                server.ReportFailure(failure);
                Log.Failed(logger, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        foreach (var rule in rules)
        {
            var count = await rule.ApplyAsync(database, now, cancellationToken);
            if (rule.Rows is { } rows)
            {
                Log.Removed(logger, count, rows);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1406, LogLevel.Debug, "Removed {Count} expired {Rows}")]
        public static partial void Removed(ILogger logger, int count, string rows);

        [LoggerMessage(1407, LogLevel.Warning, "Could not remove expired rows")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
