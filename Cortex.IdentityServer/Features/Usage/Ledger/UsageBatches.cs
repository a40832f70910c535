using System.Diagnostics;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Writes batches of usage. A batch that PostgreSQL rejects is divided, until only the reports that can't be recorded fail.</summary>
internal sealed partial class UsageBatches(
    UsageQueue queue, UsageInsert insert, IUsageObserver observer, ServerWatch server, ILogger<UsageBatches> logger)
{
    /// <summary>How long a batch is divided. If everything is locked, its reports fail after this time instead of one by one.</summary>
    private static readonly TimeSpan MaxDivision = TimeSpan.FromSeconds(2);

    /// <summary>SQLSTATE classes of failures that concern the connection or the server rather than the events.</summary>
    private static readonly string[] ServerFailures = ["08", "25", "53", "57", "58"];

    /// <summary>Failures that a later attempt may not have.</summary>
    private static readonly string[] Conflicts =
        [PostgresErrorCodes.LockNotAvailable, PostgresErrorCodes.DeadlockDetected, PostgresErrorCodes.SerializationFailure];

    private long _started;
    private bool _isFailing;
    private bool _isDropping;

    /// <summary>Whether the most recent attempt to record metered requests succeeded.</summary>
    private bool _isRecording;

    private long _droppedBefore;
    private long _written;

    /// <summary>The number of events that were added to the ledger so far.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Writes a batch, and completes the receipts of its reports. Returns false if the database can't be used.</summary>
    public Task<bool> TryWriteAsync(List<PendingUsage> batch, CancellationToken cancellationToken)
    {
        _started = Stopwatch.GetTimestamp();
        return WriteAsync(batch, isPart: false, cancellationToken);
    }

    public void ReportFailure(Exception failure)
    {
        server.ReportFailure(failure);
        if (!_isFailing)
        {
            Log.Failed(logger, failure.GetType().Name);
        }

        _isFailing = true;
    }

    /// <summary>Logs once that metered requests are dropped, and once that they are recorded again.</summary>
    public void ReportDropped()
    {
        var dropped = queue.Dropped;
        if (dropped > _droppedBefore && !_isDropping)
        {
            _isDropping = true;
            Log.Dropping(logger);
        }
        else if (dropped == _droppedBefore && _isDropping && _isRecording)
        {
            _isDropping = false;
            Log.Dropped(logger, dropped);
        }

        _droppedBefore = dropped;
    }

    private async Task<bool> WriteAsync(List<PendingUsage> batch, bool isPart, CancellationToken cancellationToken)
    {
        try
        {
            var outcomes = await insert.InsertAsync(batch, isPart, cancellationToken);
            if (outcomes.Any(outcome => outcome.Receipt is UsageReceipt.IdConflict))
            {
                return await WriteOthersAsync(batch, outcomes, cancellationToken);
            }

            foreach (var (report, outcome) in batch.Zip(outcomes))
            {
                Interlocked.Add(ref _written, outcome.Added.Count);
                observer.OnAdded(outcome.Added);
                report.Receipt.SetResult(outcome.Receipt);
            }

            _isFailing = false;
            _isRecording |= batch.Any(report => report.IsMetered);
            return true;
        }
        catch (Exception failure) when (IsRejection(failure))
        {
            return batch.Count > 1 ? await DivideAsync(batch, cancellationToken) : await RejectAsync(batch[0], failure, cancellationToken);
        }
        catch (Exception failure)
        {
            return Fail(batch, failure);
        }
    }

    /// <summary>Fails the reports whose ids belong to others' recorded events, and writes the others.</summary>
    private async Task<bool> WriteOthersAsync(
        List<PendingUsage> batch, (UsageReceipt Receipt, IReadOnlyList<UsageEvent> Added)[] outcomes, CancellationToken cancellationToken)
    {
        var others = new List<PendingUsage>();
        foreach (var (report, outcome) in batch.Zip(outcomes))
        {
            if (outcome.Receipt is UsageReceipt.IdConflict conflict && (conflict.IsRecorded || batch.Count == 1))
            {
                report.Receipt.SetResult(conflict);
            }
            else
            {
                others.Add(report);
            }
        }

        // Reports of one batch that have an id in common are written one after the other.
        return others.Count == 0
            || await (others.Count < batch.Count ? WriteAsync(others, isPart: true, cancellationToken) : DivideAsync(others, cancellationToken));
    }

    private async Task<bool> DivideAsync(List<PendingUsage> batch, CancellationToken cancellationToken)
    {
        var half = batch.Count / 2;
        if (!await WriteAsync(batch[..half], isPart: true, cancellationToken))
        {
            return Fail(batch[half..], new NpgsqlException("The database could not be used."));
        }

        return Stopwatch.GetElapsedTime(_started) > MaxDivision
            ? Fail(batch[half..], new NpgsqlException("The usage could not be written in time."))
            : await WriteAsync(batch[half..], isPart: true, cancellationToken);
    }

    /// <summary>PostgreSQL rejected the events: their owner or key was deleted in the meantime, or their rows are locked.</summary>
    private async Task<bool> RejectAsync(PendingUsage report, Exception failure, CancellationToken cancellationToken)
    {
        if (!report.IsMetered)
        {
            if (IsOwnerDeleted(failure))
            {
                report.Receipt.SetResult(UsageReceipt.OwnerDeleted.Instance);
            }
            else
            {
                report.Receipt.SetException(failure);
            }

            return true;
        }

        var owners = report.Events.GroupBy(item => (item.UserId, item.ApiKeyId)).ToList();
        if (owners.Count > 1)
        {
            return await DivideAsync([.. owners.Select(owner => new PendingUsage([.. owner], IsMetered: true))], cancellationToken);
        }

        if (Conflicts.Contains(DatabaseFailure.FromPostgres(failure)!.SqlState))
        {
            _isRecording = false;
            observer.OnDropped(queue.ReturnMetered(report.Events));
        }
        else
        {
            queue.Drop(report.Events.Count);
            observer.OnDropped(report.Events);
        }

        return true;
    }

    /// <summary>Fails reports, and keeps metered requests for the next attempt.</summary>
    private bool Fail(List<PendingUsage> batch, Exception failure)
    {
        ReportFailure(failure);
        _isRecording = false;

        // The reports that queued up in the meantime have waited as long as these, so after a timeout they fail too instead of waiting again.
        var waiting = failure.GetBaseException() is TimeoutException ? queue.TakeReports() : [];
        foreach (var report in batch.Concat(waiting).Where(report => !report.IsMetered))
        {
            report.Receipt.TrySetException(failure);
        }

        List<UsageEvent> metered = [.. batch.Where(report => report.IsMetered).SelectMany(report => report.Events)];
        observer.OnDropped(queue.ReturnMetered(metered));
        return false;
    }

    private static bool IsRejection(Exception failure) =>
        DatabaseFailure.FromPostgres(failure) is { } rejected
        && !ServerFailures.Contains(rejected.SqlState[..2])
        && !DatabaseFailure.NeedsNewConnections(rejected);

    private static bool IsOwnerDeleted(Exception failure) =>
        DatabaseFailure.FromPostgres(failure) is { SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: { } key }
        && (key.Contains("api_key", StringComparison.Ordinal) || key.Contains("user_id", StringComparison.Ordinal));

    private static partial class Log
    {
        [LoggerMessage(4000, LogLevel.Warning, "Could not add usage to the ledger ({Failure}); metered requests wait for the next attempt")]
        public static partial void Failed(ILogger logger, string failure);

        [LoggerMessage(4001, LogLevel.Warning, "Metered requests can't be recorded fast enough, so some are dropped")]
        public static partial void Dropping(ILogger logger);

        [LoggerMessage(4002, LogLevel.Warning, "Metered requests are recorded again; {Count} have been dropped since the server started")]
        public static partial void Dropped(ILogger logger, long count);
    }
}
