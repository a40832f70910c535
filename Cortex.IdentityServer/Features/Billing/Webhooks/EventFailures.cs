using Cortex.IdentityServer.Foundation.Data;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>Records failed attempts, and schedules the next ones.</summary>
internal sealed partial class EventFailures(NpgsqlDataSource database, TimeProvider clock, ILogger<EventFailures> logger)
{
    /// <summary>The number of attempts after which an event has failed for good.</summary>
    public const int MaxAttempts = 10;

    private static readonly TimeSpan MaxDelay = TimeSpan.FromHours(1);

    /// <summary>When an event whose account is locked is tried again. That isn't the event's fault, so it doesn't count as an attempt.</summary>
    private static readonly TimeSpan LockedDelay = TimeSpan.FromSeconds(5);

    /// <summary>Whether an attempt failed because of the event, rather than because the database can't be used at all.</summary>
    public static bool IsOfEvent(Exception failure) => IsLocked(failure) || DatabaseFailure.In(failure) is null;

    /// <summary>Schedules the next attempt, or gives up: at once if the event is malformed, else after <see cref="MaxAttempts"/>.</summary>
    public async Task RecordAsync(QueuedEvent tried, Exception failure, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (IsLocked(failure) || DeletedAccount.Causes(failure))
        {
            await WriteAsync(tried, tried.Attempts, error: null, now + LockedDelay, failedAt: null, cancellationToken);
            return;
        }

        var attempts = tried.Attempts + 1;
        var reason = failure is MalformedEventException ? failure.Message : ReasonOf(failure);
        if (failure is MalformedEventException || attempts >= MaxAttempts)
        {
            await WriteAsync(tried, attempts, reason, nextAttemptAt: null, now, cancellationToken);
            Log.GivenUp(logger, failure is MalformedEventException ? null : failure, tried.Id, attempts, reason);
            return;
        }

        var delay = TimeSpan.FromSeconds(Math.Min(MaxDelay.TotalSeconds, Math.Pow(2, attempts - 1)));
        await WriteAsync(tried, attempts, reason, now + delay, failedAt: null, cancellationToken);
        Log.Failed(logger, failure, tried.Id, attempts, delay.TotalSeconds);
    }

    private static bool IsLocked(Exception failure) => DatabaseFailure.FromPostgres(failure)?.SqlState
        is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    /// <summary>An exception's own message may contain values of the event.</summary>
    private static string ReasonOf(Exception failure) =>
        DatabaseFailure.FromPostgres(failure) is { } postgres ? $"PostgreSQL error {postgres.SqlState}" : failure.GetType().Name;

    private async Task WriteAsync(
        QueuedEvent tried, int attempts, string? error, DateTimeOffset? nextAttemptAt, DateTimeOffset? failedAt, CancellationToken cancellationToken)
    {
        var table = tried.UserId is null ? "billing_inbox" : "billing_events";
        await using var command = database.CreateCommand(
            $"UPDATE {table} SET attempts = $2, error = $3, next_attempt_at = $4, failed_at = $5 WHERE id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = tried.Id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = attempts });
        command.Parameters.Add(NullableParameter.Of(error));
        command.Parameters.Add(NullableParameter.Of(nextAttemptAt));
        command.Parameters.Add(NullableParameter.Of(failedAt));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(4436, LogLevel.Warning, "Attempt {Attempts} to work on billing event {EventId} failed; retrying in {Seconds} seconds")]
        public static partial void Failed(ILogger logger, Exception exception, Guid eventId, int attempts, double seconds);

        [LoggerMessage(
            4437, LogLevel.Error, "Billing event {EventId} has failed after {Attempts} attempts ({Reason}). An administrator can look at it and replay it")]
        public static partial void GivenUp(ILogger logger, Exception? exception, Guid eventId, int attempts, string reason);
    }
}
