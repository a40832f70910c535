using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Cancellation;

/// <summary>
/// Cancels the subscriptions of deleted accounts at Polar, so that nobody is charged for an account that no longer exists. A trigger queues them in
/// <c>billing_cancellations</c>, in the transaction that deletes the account.
/// </summary>
/// <remarks>
/// All replicas take part: each one claims one subscription after another. Canceling twice does no harm, so a claim is only a delay: if a replica is killed
/// in between, the subscription is due again.
/// </remarks>
internal sealed partial class DeletedAccountSubscriptions(
    NpgsqlDataSource database, ServerWatch server, PolarClient polar, TimeProvider clock, ILogger<DeletedAccountSubscriptions> logger)
    : PollingService(server, PollInterval)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    /// <summary>After this many attempts, further failures are logged as errors.</summary>
    private const int QuietAttempts = 5;

    /// <summary>The next attempt is due after 2 minutes, then 4, and so on, and at least once a day.</summary>
    private const string ClaimSql = """
        UPDATE billing_cancellations
        SET attempts = attempts + 1, due_at = $1 + least(interval '1 minute' * 2 ^ least(attempts + 1, 11), interval '1 day')
        WHERE subscription_id = (
            SELECT subscription_id FROM billing_cancellations WHERE due_at <= $1 ORDER BY due_at, subscription_id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING subscription_id, attempts
        """;

    private const string DoneSql = "DELETE FROM billing_cancellations WHERE subscription_id = $1";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => polar.IsEnabled ? base.ExecuteAsync(stoppingToken) : Task.CompletedTask;

    protected override void LogFailure(Exception? exception, string failure) => Log.Failed(logger, exception, failure);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        while (await ClaimAsync(cancellationToken) is var (id, attempts))
        {
            var answer = await polar.CancelSubscriptionAsync(id, cancellationToken);
            if (ProblemIn(answer) is not { } problem)
            {
                await ForgetAsync(id, cancellationToken);
                Log.Canceled(logger, id);
                continue;
            }

            var level = attempts > QuietAttempts ? LogLevel.Error : LogLevel.Warning;
            Log.NotCanceled(logger, level, id, attempts, problem);
            if (answer is not PolarAnswer<PolarSubscription>.Refused)
            {
                // Other subscriptions would fare the same.
                return;
            }
        }
    }

    /// <summary>Returns why a subscription isn't canceled; null if it is.</summary>
    private static string? ProblemIn(PolarAnswer<PolarSubscription> answer) => answer switch
    {
        PolarAnswer<PolarSubscription>.Ok or PolarAnswer<PolarSubscription>.Absent => null,
        PolarAnswer<PolarSubscription>.Refused refused => $"{refused.Status} {refused.Reason}",
        PolarAnswer<PolarSubscription>.Unavailable unavailable => unavailable.Reason,
        _ => PolarFailure.WrongVersion,
    };

    private async Task<(string Id, int Attempts)?> ClaimAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ClaimSql);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetString(0), row.GetInt32(1)) : null;
    }

    private async Task ForgetAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(DoneSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Subscription {SubscriptionId} of a deleted account is canceled at Polar")]
        public static partial void Canceled(ILogger logger, string subscriptionId);

        [LoggerMessage(
            Message = "Subscription {SubscriptionId} of a deleted account could not be canceled at Polar, which charges for it until then (attempt {Attempts}: "
                + "{Reason}); retrying")]
        public static partial void NotCanceled(ILogger logger, LogLevel level, string subscriptionId, int attempts, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not look for subscriptions of deleted accounts ({Failure}); retrying")]
        public static partial void Failed(ILogger logger, Exception? exception, string failure);
    }
}
