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
    NpgsqlDataSource database, ServerWatch server, PolarClient polar, BillingOptions options, TimeProvider clock,
    ILogger<DeletedAccountSubscriptions> logger)
    : PollingService(server, PollInterval)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    /// <summary>After this many attempts, further failures are logged as errors.</summary>
    private const int QuietAttempts = 5;

    /// <summary>After this many attempts, which take about five days, a subscription that Polar doesn't know is forgotten.</summary>
    private const int MaxAttemptsIfAbsent = 15;

    /// <summary>The next attempt is due after 2 minutes, then 4, and so on, and at least once a day.</summary>
    private const string ClaimSql = """
        UPDATE billing_cancellations
        SET attempts = attempts + 1, due_at = $1 + least(interval '1 minute' * 2 ^ least(attempts + 1, 11), interval '1 day')
        WHERE subscription_id = (
            SELECT subscription_id FROM billing_cancellations WHERE due_at <= $1 ORDER BY due_at, subscription_id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING subscription_id, product_id, attempts
        """;

    private const string UnclaimSql = "UPDATE billing_cancellations SET attempts = attempts - 1, due_at = '-infinity' WHERE subscription_id = $1";

    private const string DoneSql = "DELETE FROM billing_cancellations WHERE subscription_id = $1";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => polar.IsEnabled ? base.ExecuteAsync(stoppingToken) : Task.CompletedTask;

    protected override void LogFailure(Exception? exception, string failure) => Log.Failed(logger, exception, failure);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        while (await ClaimAsync(cancellationToken) is var (id, productId, attempts))
        {
            if (!options.PolarProducts.ContainsKey(productId))
            {
                // The product may be another program's that sells in the same organization of Polar.
                if (attempts == 1)
                {
                    Log.Unmapped(logger, id, productId);
                }
            }
            else if (!await TryCancelAsync(id, attempts, cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>Returns false if Polar can't be asked, so that other subscriptions would fare the same.</summary>
    private async Task<bool> TryCancelAsync(string id, int attempts, CancellationToken cancellationToken)
    {
        var level = attempts > QuietAttempts ? LogLevel.Error : LogLevel.Warning;
        switch (await polar.CancelSubscriptionAsync(id, cancellationToken))
        {
            case PolarAnswer<PolarSubscription>.Ok or PolarAnswer<PolarSubscription>.Refused { Reason: PolarReplies.AlreadyEnded }:
                await ExecuteAsync(DoneSql, id, cancellationToken);
                Log.Canceled(logger, id);
                return true;
            case PolarAnswer<PolarSubscription>.Absent when attempts >= MaxAttemptsIfAbsent:
                await ExecuteAsync(DoneSql, id, cancellationToken);
                Log.Forgotten(logger, id);
                return true;
            case PolarAnswer<PolarSubscription>.Absent:
                Log.NotCanceled(logger, level, id, attempts, "not_found");
                return true;
            case PolarAnswer<PolarSubscription>.Refused { Reason: var reason }:
                Log.NotCanceled(logger, level, id, attempts, reason);
                return true;
            case PolarAnswer<PolarSubscription>.Unavailable { Reason: PolarFailure.OwnLimit }:
                await ExecuteAsync(UnclaimSql, id, cancellationToken);
                return false;
            case PolarAnswer<PolarSubscription>.Unavailable { Reason: var reason }:
                Log.NotCanceled(logger, level, id, attempts, reason);
                return false;
            default:
                Log.NotCanceled(logger, level, id, attempts, PolarFailure.WrongVersion);
                return false;
        }
    }

    private async Task<(string Id, string ProductId, int Attempts)?> ClaimAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ClaimSql);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetString(0), row.GetString(1), row.GetInt32(2)) : null;
    }

    private async Task ExecuteAsync(string sql, string id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(4400, LogLevel.Information, "Subscription {SubscriptionId} of a deleted account is canceled at Polar")]
        public static partial void Canceled(ILogger logger, string subscriptionId);

        [LoggerMessage(
            EventId = 4401,
            Message = "Subscription {SubscriptionId} of a deleted account could not be canceled at Polar, which charges for it until then (attempt {Attempts}: "
                + "{Reason}); retrying")]
        public static partial void NotCanceled(ILogger logger, LogLevel level, string subscriptionId, int attempts, string reason);

        [LoggerMessage(
            4402,
            LogLevel.Error,
            "Polar doesn't know subscription {SubscriptionId} of a deleted account, so it is not tried again. If POLAR_ACCESS_TOKEN belongs to "
                + "another organization than before, cancel the subscription there")]
        public static partial void Forgotten(ILogger logger, string subscriptionId);

        [LoggerMessage(
            4403,
            LogLevel.Warning,
            "Subscription {SubscriptionId} of a deleted account is not canceled at Polar, because its product {ProductId} isn't in POLAR_PRODUCTS")]
        public static partial void Unmapped(ILogger logger, string subscriptionId, string productId);

        [LoggerMessage(4404, LogLevel.Warning, "Could not look for subscriptions of deleted accounts ({Failure}); retrying")]
        public static partial void Failed(ILogger logger, Exception? exception, string failure);
    }
}
