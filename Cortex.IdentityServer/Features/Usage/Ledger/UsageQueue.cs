namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>The usage that waits for <see cref="UsageWriter"/>. It is bounded, so that a slow database doesn't use up the memory.</summary>
internal sealed class UsageQueue
{
    /// <summary>The maximum number of reported events that wait. Beyond it, reports fail with 503.</summary>
    public const int MaxReported = 50_000;

    /// <summary>The maximum number of metered requests that wait. Beyond it, they are dropped.</summary>
    public const int MaxMetered = 50_000;

    /// <summary>The maximum number of events in one statement, except for a single larger report.</summary>
    private const int MaxBatchSize = 5_000;

    private readonly Lock _lock = new();
    private readonly Queue<PendingUsage> _reports = new();
    private List<UsageEvent> _metered = [];
    private int _reported;
    private long _dropped;

    /// <summary>The number of metered requests that were dropped so far.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Adds a report; returns false if the queue is full.</summary>
    public bool TryAdd(PendingUsage report)
    {
        lock (_lock)
        {
            if (_reported + report.Events.Count > MaxReported)
            {
                return false;
            }

            _reported += report.Events.Count;
            _reports.Enqueue(report);
            return true;
        }
    }

    /// <summary>The number of metered requests that wait.</summary>
    public int MeteredCount
    {
        get
        {
            lock (_lock)
            {
                return _metered.Count;
            }
        }
    }

    /// <summary>The number of events that wait, reported or metered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _reported + _metered.Count;
            }
        }
    }

    /// <summary>Adds a metered request; returns false if the queue is full, and counts it as dropped.</summary>
    public bool TryAddMetered(UsageEvent request)
    {
        lock (_lock)
        {
            if (_metered.Count >= MaxMetered)
            {
                Drop(1);
                return false;
            }

            _metered.Add(request);
            return true;
        }
    }

    /// <summary>Adds metered requests again that couldn't be written. Returns those that don't fit anymore, which are counted as dropped.</summary>
    public IReadOnlyList<UsageEvent> ReturnMetered(IReadOnlyList<UsageEvent> requests)
    {
        lock (_lock)
        {
            var fitting = Math.Clamp(MaxMetered - _metered.Count, 0, requests.Count);
            _metered.InsertRange(0, requests.Take(fitting));
            Drop(requests.Count - fitting);
            return [.. requests.Skip(fitting)];
        }
    }

    /// <summary>Counts metered requests that are lost.</summary>
    public void Drop(int count) => Interlocked.Add(ref _dropped, count);

    /// <summary>Takes the next batch: the oldest reports and metered requests.</summary>
    /// <param name="metered">The maximum number of metered requests, from which those that are taken are subtracted.</param>
    public List<PendingUsage> Take(ref int metered)
    {
        lock (_lock)
        {
            var batch = new List<PendingUsage>();
            var size = 0;
            while (_reports.TryPeek(out var next) && (size == 0 || size + next.Events.Count <= MaxBatchSize))
            {
                _reported -= next.Events.Count;
                if (_reports.Dequeue().TryClaim())
                {
                    batch.Add(next);
                    size += next.Events.Count;
                }
            }

            var taken = Math.Min(Math.Min(_metered.Count, metered), Math.Max(0, MaxBatchSize - size));
            if (taken > 0)
            {
                metered -= taken;
                batch.Add(new(_metered[..taken], IsMetered: true));
                _metered = _metered[taken..];
            }

            return batch;
        }
    }

    /// <summary>Takes all reports, to fail them together.</summary>
    public List<PendingUsage> TakeReports()
    {
        lock (_lock)
        {
            List<PendingUsage> all = [.. _reports];
            _reports.Clear();
            _reported = 0;
            return all;
        }
    }
}
