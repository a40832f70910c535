namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>
/// Adds usage to the ledger. Reports that arrive while a statement is running share the next one, and no report waits for a batch to fill. Metered requests are
/// written twice a second.
/// </summary>
/// <remarks>Its intervals use real time rather than the <see cref="TimeProvider"/>, because they limit what a crash can lose.</remarks>
internal sealed partial class UsageWriter(
    UsageQueue queue, UsageSignal signal, UsageBatches batches, IUsageObserver observer, ILogger<UsageWriter> logger) : BackgroundService
{
    /// <summary>How long metered requests are gathered. Their rows must follow within a second.</summary>
    private static readonly TimeSpan MeterInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a report waits until it is written. Writing it takes at most a few seconds more.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ObserverInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FinalWriteTimeout = TimeSpan.FromSeconds(5);

    private bool _isMeterDue;
    private bool _isMeterWaiting;

    /// <summary>Adds events, all of them or none; returns null if too many events are waiting, or if these have waited too long.</summary>
    /// <remarks>A report that isn't being written yet when its request is aborted isn't recorded.</remarks>
    public async Task<UsageReceipt?> AddAsync(IReadOnlyList<UsageEvent> events, CancellationToken cancellationToken)
    {
        var report = new PendingUsage(events, IsMetered: false);
        if (!queue.TryAdd(report))
        {
            return null;
        }

        signal.Wake();
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
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException)
        {
            return await report.Receipt.Task;
        }
    }

    /// <summary>Adds a request to one of the server's own routes. Nobody waits for it, and a crash may lose it.</summary>
    public void Meter(UsageEvent request)
    {
        if (queue.TryAddMetered(request))
        {
            WriteMeteredAfter(MeterInterval);
        }
        else
        {
            observer.OnDropped([request]);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var timer = new Timer(_ => WakeObserver(), state: null, ObserverInterval, ObserverInterval);
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
        if (queue.MeteredCount is > 0 and var lost)
        {
            Log.Lost(logger, lost);
        }
    }

    /// <summary>Writes all reports and, if wanted, the metered requests that are waiting now. Later ones wait, so that batches stay large.</summary>
    private async Task WriteAllAsync(bool metered, CancellationToken cancellationToken)
    {
        var isUsable = true;
        for (var left = metered ? queue.MeteredCount : 0; isUsable && queue.Take(ref left) is { Count: > 0 } batch;)
        {
            isUsable = await batches.TryWriteAsync(batch, cancellationToken);
            await UpdateObserverAsync(cancellationToken);
        }

        batches.ReportDropped();
        if (metered && queue.MeteredCount > 0)
        {
            WriteMeteredAfter(isUsable ? MeterInterval : RetryInterval);
        }
    }

    /// <summary>Starts a timer for the metered requests, unless one is running.</summary>
    private void WriteMeteredAfter(TimeSpan delay)
    {
        if (!Volatile.Read(ref _isMeterWaiting) && !Interlocked.Exchange(ref _isMeterWaiting, true))
        {
            _ = WaitAsync();
        }

        async Task WaitAsync()
        {
            await Task.Delay(delay);

            // In this order: a request that doesn't start another timer is in the queue before it is read.
            Interlocked.Exchange(ref _isMeterWaiting, false);
            Interlocked.Exchange(ref _isMeterDue, true);
            signal.Wake();
        }
    }

    private void WakeObserver()
    {
        if (observer.IsDue)
        {
            signal.Wake();
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
            batches.ReportFailure(failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4003, LogLevel.Warning, "{Count} metered requests could not be recorded before the server stopped")]
        public static partial void Lost(ILogger logger, int count);
    }
}
