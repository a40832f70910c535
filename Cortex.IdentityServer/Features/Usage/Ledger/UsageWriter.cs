using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>
/// Adds usage to the ledger. Reports that arrive while a statement is running share the next one, and no report waits for a batch to fill. Metered requests are
/// written several times a second.
/// </summary>
/// <remarks>Its intervals use real time rather than the <see cref="TimeProvider"/>, because they limit what a crash can lose.</remarks>
internal sealed partial class UsageWriter(
    UsageQueue queue, UsageSignal signal, UsageInsert insert, IUsageObserver observer, ServerWatch server, ILogger<UsageWriter> logger) : BackgroundService
{
    private static readonly TimeSpan MeterInterval = TimeSpan.FromMilliseconds(250);
    /// <summary>How long a report waits until it is written. Writing it takes at most a few seconds more.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ObserverInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FinalWriteTimeout = TimeSpan.FromSeconds(5);

    /// <summary>SQLSTATE classes of failures that concern the connection or the server rather than the events.</summary>
    private static readonly string[] ServerFailures = ["08", "25", "53", "57", "58"];

    private bool _isMeterDue;
    private bool _isFailing;
    private bool _isDropping;
    private long _droppedBefore;

    /// <summary>Adds events, all of them or none; returns null if too many events are waiting, or if these have waited too long.</summary>
    /// <remarks>A report that isn't being written yet when its request is aborted isn't recorded.</remarks>
    public async Task<UsageReceipt?> AddAsync(IReadOnlyList<UsageEvent> events, CancellationToken cancellationToken)
    {
        var report = new PendingUsage(events, IsMetered: false);
        if (!queue.TryAdd(report))
        {
            return null;
        }

        signal.Set();
        try
        {
            return await report.Receipt.Task.WaitAsync(MaxWait, cancellationToken);
        }
        catch (TimeoutException) when (report.TryGiveUp())
        {
            return null;
        }
        catch (OperationCanceledException) when (report.TryGiveUp())
        {
            throw;
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException && !report.Receipt.Task.IsCompleted)
        {
            return await report.Receipt.Task;
        }
    }

    /// <summary>Adds a request to one of the server's own routes. Nobody waits for it, and a crash may lose it.</summary>
    public void Meter(UsageEvent request)
    {
        switch (queue.AddMetered(request))
        {
            case { IsFirst: true }:
                _ = WriteMeteredAfterAsync(MeterInterval);
                break;
            case { IsDropped: true }:
                observer.OnDropped([request]);
                break;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new Timer(_ => WakeObserver(), state: null, ObserverInterval, ObserverInterval);
        while (!stoppingToken.IsCancellationRequested)
        {
            await signal.WaitAsync(stoppingToken);
            await WriteAllAsync(Interlocked.Exchange(ref _isMeterDue, false), CancellationToken.None);
            await UpdateObserverAsync(stoppingToken);
        }
    }

    /// <summary>Writes what is left when the server stops, after the last request.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(FinalWriteTimeout);
        await WriteAllAsync(metered: true, timeout.Token);
    }

    private async Task WriteMeteredAfterAsync(TimeSpan delay)
    {
        await Task.Delay(delay);
        Interlocked.Exchange(ref _isMeterDue, true);
        signal.Set();
    }

    private void WakeObserver()
    {
        if (observer.IsDue)
        {
            signal.Set();
        }
    }

    private async Task UpdateObserverAsync(CancellationToken cancellationToken)
    {
        try
        {
            await observer.UpdateAsync(cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // The observer keeps what it knows, and whoever waits for it has got the failure.
            ReportFailure(failure);
        }
    }

    private async Task WriteAllAsync(bool metered, CancellationToken cancellationToken)
    {
        while (queue.Take(metered) is { Count: > 0 } batch)
        {
            if (!await TryWriteAsync(batch, cancellationToken))
            {
                break;
            }
        }

        ReportDropped();
    }

    /// <summary>Returns false if the database can't be used.</summary>
    private async Task<bool> TryWriteAsync(List<PendingUsage> batch, CancellationToken cancellationToken)
    {
        try
        {
            var outcomes = await insert.InsertAsync(batch, cancellationToken);
            if (batch.Count > 1 && outcomes.Any(outcome => outcome.Receipt is UsageReceipt.IdConflict))
            {
                return await WriteSeparatelyAsync(batch, cancellationToken);
            }

            foreach (var (report, outcome) in batch.Zip(outcomes))
            {
                observer.OnAdded(outcome.Added);
                report.Receipt.SetResult(outcome.Receipt);
            }

            _isFailing = false;
            return true;
        }
        catch (Exception failure) when (batch.Count > 1 && IsRejection(failure))
        {
            return await WriteSeparatelyAsync(batch, cancellationToken);
        }
        catch (Exception failure)
        {
            return IsRejection(failure) ? await RejectAsync(batch[0], failure, cancellationToken) : Fail(batch, failure);
        }
    }

    /// <summary>Writes the reports one by one, so that a report that can't be recorded doesn't fail the others.</summary>
    private async Task<bool> WriteSeparatelyAsync(List<PendingUsage> batch, CancellationToken cancellationToken)
    {
        foreach (var (index, report) in batch.Index())
        {
            if (!await TryWriteAsync([report], cancellationToken))
            {
                return Fail([.. batch.Skip(index + 1)], new NpgsqlException("The database could not be used."));
            }
        }

        return true;
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
            return await WriteSeparatelyAsync([.. owners.Select(owner => new PendingUsage([.. owner], IsMetered: true))], cancellationToken);
        }

        queue.Drop(report.Events.Count);
        observer.OnDropped(report.Events);
        return true;
    }

    /// <summary>Fails reports, and keeps metered requests for the next attempt.</summary>
    private bool Fail(List<PendingUsage> batch, Exception failure)
    {
        ReportFailure(failure);

        // The reports that queued up in the meantime have waited as long as these, so after a timeout they fail too instead of waiting again.
        var waiting = failure.GetBaseException() is TimeoutException ? queue.TakeReports() : [];
        foreach (var report in batch.Concat(waiting).Where(report => !report.IsMetered))
        {
            report.Receipt.TrySetException(failure);
        }

        if (batch.FirstOrDefault(report => report.IsMetered) is { } metered)
        {
            observer.OnDropped(queue.ReturnMetered(metered.Events));
            _ = WriteMeteredAfterAsync(RetryInterval);
        }

        return false;
    }

    private void ReportFailure(Exception failure)
    {
        server.ReportFailure(failure);
        if (!_isFailing)
        {
            Log.Failed(logger, failure.GetType().Name);
        }

        _isFailing = true;
    }

    private void ReportDropped()
    {
        var dropped = queue.Dropped;
        if (dropped > _droppedBefore && !_isDropping)
        {
            _isDropping = true;
            Log.Dropping(logger);
        }
        else if (dropped == _droppedBefore && _isDropping && !_isFailing)
        {
            _isDropping = false;
            Log.Dropped(logger, dropped);
        }

        _droppedBefore = dropped;
    }

    private static bool IsRejection(Exception failure) =>
        DatabaseFailure.FromPostgres(failure) is { } rejected && !ServerFailures.Contains(rejected.SqlState[..2]);

    private static bool IsOwnerDeleted(Exception failure) =>
        DatabaseFailure.FromPostgres(failure) is { SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: { } key }
        && (key.Contains("api_key", StringComparison.Ordinal) || key.Contains("user_id", StringComparison.Ordinal));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not add usage to the ledger ({Failure}); metered requests wait for the next attempt")]
        public static partial void Failed(ILogger logger, string failure);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Metered requests can't be recorded fast enough, so some are dropped")]
        public static partial void Dropping(ILogger logger);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Metered requests are recorded again; {Count} were dropped since the server started")]
        public static partial void Dropped(ILogger logger, long count);
    }
}
