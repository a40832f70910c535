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

    /// <summary>Adds a metered request, or counts it as dropped. Returns which of the two, and whether it is the first one that waits.</summary>
    public (bool IsFirst, bool IsDropped) AddMetered(UsageEvent request)
    {
        lock (_lock)
        {
            if (_metered.Count >= MaxMetered)
            {
                Drop(1);
                return (false, true);
            }

            _metered.Add(request);
            return (_metered.Count == 1, false);
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

    /// <summary>Takes the next batch: the oldest reports and, if wanted, metered requests.</summary>
    public List<PendingUsage> Take(bool metered)
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

            var taken = metered ? Math.Min(_metered.Count, Math.Max(0, MaxBatchSize - size)) : 0;
            if (taken > 0)
            {
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
