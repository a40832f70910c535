using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Sync;

/// <summary>Asks Polar once a day for the state of each customer, and two hours after a checkout, in case webhooks were lost.</summary>
/// <remarks>
/// All replicas take part: each one claims one user after another. If a replica is killed in between, the user that it has claimed is asked for on the next
/// day.
/// </remarks>
internal sealed partial class CustomerSweep(
    NpgsqlDataSource database, ServerWatch server, IServiceScopeFactory scopes, PolarClient polar, TimeProvider clock, ILogger<CustomerSweep> logger)
    : PollingService(server, PollInterval)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMinutes(1);

    /// <summary>The least time until users are asked for again after Polar couldn't be reached.</summary>
    private static readonly TimeSpan MinRetryDelay = TimeSpan.FromMinutes(10);

    private const string ClaimSql = """
        UPDATE billing_sweeps SET due_at = $1 + interval '1 day'
        WHERE user_id = (SELECT user_id FROM billing_sweeps WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING user_id, due_at
        """;

    /// <summary>Forgets a checkout that was given up, unless another one has begun: its user isn't a customer.</summary>
    private const string ForgetSql = """
        DELETE FROM billing_sweeps WHERE user_id = $1 AND due_at = $2 AND NOT EXISTS (SELECT FROM billing_customers WHERE billing_customers.user_id = $1)
        """;

    private const string PostponeSql = "UPDATE billing_sweeps SET due_at = $2 WHERE user_id = $1";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => polar.IsEnabled ? base.ExecuteAsync(stoppingToken) : Task.CompletedTask;

    protected override Task PollAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    protected override void LogFailure(Exception? exception, string failure) => Log.Failed(logger, exception, failure);

    /// <summary>Asks for all users that are due. Stops as soon as Polar can't be asked.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await ClaimAsync(cancellationToken) is var (userId, due))
        {
            await using var scope = scopes.CreateAsyncScope();
            switch (await scope.ServiceProvider.GetRequiredService<CustomerSync>().RunAsync(userId, cancellationToken))
            {
                case SyncResult.Repaired repaired:
                    Log.Repaired(logger, userId, repaired.TierBefore ?? "as before", repaired.TierAfter ?? "as before");
                    break;
                case SyncResult.Unknown:
                    await ExecuteAsync(ForgetSql, userId, due, cancellationToken);
                    break;
                case SyncResult.Unusable unusable:
                    Log.Unusable(logger, userId, unusable.Reason);
                    break;
                case SyncResult.Failed { Reason: PolarFailure.OwnLimit }:
                    // The next minute has room for more requests.
                    await ExecuteAsync(PostponeSql, userId, clock.GetUtcNow(), cancellationToken);
                    return;
                case SyncResult.Failed failed:
                    var wait = failed.RetryAfter > MinRetryDelay ? failed.RetryAfter.Value : MinRetryDelay;
                    await ExecuteAsync(PostponeSql, userId, clock.GetUtcNow() + wait, cancellationToken);
                    Log.Interrupted(logger, failed.Reason, wait.TotalMinutes);
                    return;
            }
        }
    }

    private async Task<(Guid UserId, DateTimeOffset Due)?> ClaimAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ClaimSql);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1)) : null;
    }

    private async Task ExecuteAsync(string sql, Guid userId, DateTimeOffset due, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = due });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(4432, LogLevel.Warning, "Polar's answer about user {UserId} can't be used ({Reason}); retrying in a day")]
        public static partial void Unusable(ILogger logger, Guid userId, string reason);

        [LoggerMessage(4433, LogLevel.Warning, "Could not compare customers with Polar ({Failure}); retrying in a minute")]
        public static partial void Failed(ILogger logger, Exception? exception, string failure);

        [LoggerMessage(
            4434,
            LogLevel.Warning,
            "Webhooks about user {UserId} were lost; Polar was asked, and the subscription is up to date (tier before: {Before}, now: {After})")]
        public static partial void Repaired(ILogger logger, Guid userId, string before, string after);

        [LoggerMessage(4435, LogLevel.Warning, "Could not compare customers with Polar ({Reason}); retrying in {Minutes} minutes")]
        public static partial void Interrupted(ILogger logger, string reason, double minutes);
    }
}
