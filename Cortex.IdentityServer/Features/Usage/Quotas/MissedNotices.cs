using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>
/// At startup and every hour, sends the notices that no new usage triggers, because a server was killed after it had added usage to its sums, an administrator
/// lowered a quota, or a user moved to a smaller tier.
/// </summary>
internal sealed partial class MissedNotices(
    QuotaNotices notices, NpgsqlDataSource database, TimeProvider clock, ILogger<MissedNotices> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>
    /// The users after the id <c>$2</c> who have used anything in the month <c>$1</c>, as an array. The period of a subscription may have begun earlier, so
    /// users with one are included if they have used anything at all.
    /// </summary>
    private static readonly string FindSql = $"""
        SELECT ARRAY(
            (SELECT user_id FROM usage_months WHERE month = $1 AND user_id > $2 GROUP BY user_id ORDER BY user_id LIMIT {QuotaNotices.ChunkSize})
            UNION
            (SELECT id FROM users
            WHERE id > $2 AND billing_period_start IS NOT NULL AND EXISTS (SELECT FROM usage_months WHERE usage_months.user_id = users.id)
            ORDER BY id LIMIT {QuotaNotices.ChunkSize})
            ORDER BY 1 LIMIT {QuotaNotices.ChunkSize})
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // An unhandled exception would stop the server. The next run retries.
                Log.Failed(logger, failure.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Sends the missing notices of all users.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var month = DateOnly.FromDateTime(QuotaPeriod.Of(billing: null, clock.GetUtcNow()).From.UtcDateTime);
        for (var last = Guid.Empty; await FindAsync(month, last, cancellationToken) is [.., var next] users; last = next)
        {
            await notices.SendAsync(users, cancellationToken);
        }
    }

    private async Task<Guid[]> FindAsync(DateOnly month, Guid after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = month });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        return (Guid[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static partial class Log
    {
        [LoggerMessage(4004, LogLevel.Warning, "Could not look for quotas whose owners haven't been notified ({Failure}); retrying in an hour")]
        public static partial void Failed(ILogger logger, string failure);
    }
}
