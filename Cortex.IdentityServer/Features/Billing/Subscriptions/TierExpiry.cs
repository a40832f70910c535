using System.Diagnostics;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Users;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Subscriptions;

/// <summary>
/// Decides the tiers of users again when time alone changes them, because the grace after a failed payment or a canceled subscription ends; and after a restart
/// with other rules, because <c>POLAR_PRODUCTS</c> or the grace has changed.
/// </summary>
/// <remarks>Any replica may do it. The account's lock makes the second one find nothing to change.</remarks>
internal sealed partial class TierExpiry(
    NpgsqlDataSource database, ServerWatch server, IServiceScopeFactory scopes, BillingRules rules, TimeProvider clock,
    ILogger<TierExpiry> logger)
    : PollingService(server, PollInterval)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    /// <summary>When an account whose decision has failed is tried again.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(5);

    /// <summary>How often decisions are looked for that were made under other rules, as a replica that is being replaced may still make some.</summary>
    private static readonly TimeSpan ScheduleInterval = TimeSpan.FromMinutes(10);

    private const string ScheduleSql = """
        UPDATE billing_accounts SET next_change_at = $1
        WHERE user_id IN (
            SELECT user_id FROM billing_accounts WHERE rules <> $2 AND (next_change_at IS NULL OR next_change_at > $1) LIMIT 1000)
        """;

    private const string UndecidedSql = """
        SELECT DISTINCT user_id FROM billing_subscriptions
        WHERE user_id > $1 AND NOT EXISTS (SELECT FROM billing_accounts WHERE billing_accounts.user_id = billing_subscriptions.user_id)
        ORDER BY user_id LIMIT 100
        """;

    private const string DueSql = "SELECT user_id FROM billing_accounts WHERE next_change_at <= $1 ORDER BY next_change_at LIMIT 100";

    private long _scheduleAt;

    protected override void LogFailure(Exception? exception, string failure) => Log.Failed(logger, exception, failure);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        if (rules.Products.Count == 0)
        {
            return;
        }

        if (Stopwatch.GetTimestamp() >= _scheduleAt)
        {
            await ScheduleAsync(cancellationToken);
            await DecideFirstAsync(cancellationToken);
            _scheduleAt = Stopwatch.GetTimestamp() + (long)(ScheduleInterval.TotalSeconds * Stopwatch.Frequency);
        }

        while (await ListAsync(DueSql, clock.GetUtcNow(), cancellationToken) is { Count: > 0 } due)
        {
            foreach (var userId in due)
            {
                await DecideAsync(userId, cancellationToken);
            }
        }
    }

    /// <summary>Schedules the decisions that were made under other rules.</summary>
    private async Task ScheduleAsync(CancellationToken cancellationToken)
    {
        var total = 0;
        for (var count = 1; count > 0; total += count)
        {
            await using var command = database.CreateCommand(ScheduleSql);
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = rules.Fingerprint });
            count = await command.ExecuteNonQueryAsync(cancellationToken);
        }

        if (total > 0)
        {
            Log.Scheduled(logger, total);
        }
    }

    /// <summary>Decides the tiers of users whose subscriptions became known while <c>POLAR_PRODUCTS</c> wasn't set.</summary>
    private async Task DecideFirstAsync(CancellationToken cancellationToken)
    {
        for (var last = Guid.Empty; await ListAsync(UndecidedSql, last, cancellationToken) is [.., var next] undecided; last = next)
        {
            foreach (var userId in undecided)
            {
                await DecideAsync(userId, cancellationToken);
            }
        }
    }

    private async Task<List<Guid>> ListAsync<T>(string sql, T parameter, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = parameter });
        var users = new List<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            users.Add(row.GetGuid(0));
        }

        return users;
    }

    private async Task DecideAsync(Guid userId, CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var billing = scope.ServiceProvider.GetRequiredService<AccountBilling>();
            var db = scope.ServiceProvider.GetRequiredService<CortexDbContext>();
            var effect = await scope.ServiceProvider.GetRequiredService<AccountChanges>().RunAsync(
                userId,
                RequestOrigin.Server,
                async () =>
                {
                    await db.LimitLockWaitAsync(cancellationToken);
                    await db.LockAccountAsync(userId, cancellationToken);
                },
                async change =>
                {
                    var effect = await billing.RefreshAsync(change, cancellationToken);
                    change.Complete();
                    return effect;
                },
                cancellationToken);
            if (effect is null)
            {
                // The account is being deleted.
                await PostponeAsync(userId, cancellationToken);
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested
            && (DatabaseFailure.In(failure) is null || DatabaseFailure.FromPostgres(failure)?.SqlState == PostgresErrorCodes.LockNotAvailable))
        {
            // One account must not hold up the others.
            Log.AccountFailed(logger, failure, userId);
            await PostponeAsync(userId, cancellationToken);
        }
    }

    private async Task PostponeAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(BillingAccount.ScheduleSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() + RetryDelay });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(4429, LogLevel.Information, "POLAR_PRODUCTS or another rule of billing has changed; deciding the tiers of {Count} users again")]
        public static partial void Scheduled(ILogger logger, int count);

        [LoggerMessage(4430, LogLevel.Warning, "Could not look for subscriptions whose time is over ({Failure}); retrying")]
        public static partial void Failed(ILogger logger, Exception? exception, string failure);

        [LoggerMessage(4431, LogLevel.Error, "Could not decide the tier of user {UserId} again; retrying in five minutes")]
        public static partial void AccountFailed(ILogger logger, Exception exception, Guid userId);
    }
}
