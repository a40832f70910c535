using System.Diagnostics.CodeAnalysis;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>
/// The queue for bcrypt: a few dedicated threads hash, a bounded number of requests waits, and when the queue is full, further requests are rejected at
/// once. A flood of logins then can't pile up, and token and API key checks stay fast.
/// </summary>
/// <remarks>
/// Callers at known addresses, from which they have logged in before, are served first and have additional places, so that a flood of unknown callers
/// doesn't lock them out. While the queue is full, unknown callers use all threads but one, which is kept for known callers; its processor is also free for
/// requests that need no hash.
/// </remarks>
internal sealed partial class HashingQueue(
    HashingOptions options, BcryptPasswordHasher hasher, HashingMetrics metrics, TimeProvider clock, ILogger<HashingQueue> logger)
    : IHostedService, IDisposable
{
    /// <summary>Guards the two queues and the fields derived from them. Threads wait on it.</summary>
    private readonly object _lock = new();
    private readonly Queue<HashingWork> _known = [];
    private readonly Queue<HashingWork> _unknown = [];
    private readonly HashingQueueLog _log = new(clock, logger);
    private Thread[] _threads = [];
    private int _occupied;
    private int _takeCount;
    private int _unknownRunning;
    private long _lastHashTicks;
    private volatile bool _isFull;
    private bool _isStopped;

    /// <summary>The number of requests that hash or wait.</summary>
    public int Length => Volatile.Read(ref _occupied);

    /// <summary>The time that the current queue takes, assuming that every request in it needs a hash; at least a second.</summary>
    public TimeSpan RetryAfter
    {
        get
        {
            var wait = TimeSpan.FromTicks(Volatile.Read(ref _occupied) * Volatile.Read(ref _lastHashTicks) / ThreadsForUnknown);
            return wait > TimeSpan.FromSeconds(1) ? wait : TimeSpan.FromSeconds(1);
        }
    }

    private int ThreadsForUnknown => _isFull && options.Threads > 1 ? options.Threads - 1 : options.Threads;

    /// <summary>Returns a place, or null if the queue is full.</summary>
    public HashingPlace? TryEnter(bool isKnown = false)
    {
        var places = options.Places + (isKnown ? options.Reserved : 0);
        for (var taken = Volatile.Read(ref _occupied); taken < places;)
        {
            var before = Interlocked.CompareExchange(ref _occupied, taken + 1, taken);
            if (before == taken)
            {
                return new(this, isKnown);
            }

            taken = before;
        }

        _isFull = true;
        metrics.CountRejection();
        _log.ReportFull(options.Places);
        return null;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _threads = [.. Enumerable.Range(1, options.Threads).Select(number => HashingThread.Start($"hashing {number}", ProcessQueue))];
        return Task.CompletedTask;
    }

    /// <summary>Running requests finish first. Disposing ends the threads.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isStopped)
            {
                return;
            }

            _isStopped = true;
            Monitor.PulseAll(_lock);
            foreach (var work in _known.Concat(_unknown))
            {
                work.Cancel();
            }
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    internal Task<T> RunAsync<T>(Func<BcryptPasswordHasher, T> compute, bool isKnown, CancellationToken cancellationToken)
    {
        var work = new HashingWork<T>(() => compute(hasher), cancellationToken) { QueuedAt = clock.GetTimestamp() };
        lock (_lock)
        {
            if (_isStopped)
            {
                work.Cancel();
            }
            else
            {
                (isKnown ? _known : _unknown).Enqueue(work);
                Monitor.Pulse(_lock);
            }
        }

        return work.Answer;
    }

    internal void Leave()
    {
        var taken = Interlocked.Decrement(ref _occupied);

        // The queue counts as full until it is half empty; otherwise the next request would fill it again.
        if (taken <= options.Places / 2)
        {
            _log.ReportAvailable();
            if (_isFull)
            {
                lock (_lock)
                {
                    _isFull = false;
                    Monitor.PulseAll(_lock);
                }
            }
        }
    }

    private void ProcessQueue()
    {
        while (TryTake(out var work, out var isUnknown))
        {
            var (started, queuedAt) = (clock.GetTimestamp(), work.QueuedAt);
            work.Run(() =>
            {
                var duration = clock.GetElapsedTime(started);
                Volatile.Write(ref _lastHashTicks, duration.Ticks);
                metrics.Record(clock.GetElapsedTime(queuedAt, started), duration);
            });

            if (isUnknown)
            {
                lock (_lock)
                {
                    _unknownRunning--;
                    Monitor.Pulse(_lock);
                }
            }
        }
    }

    /// <summary>Waits for work; returns false once the queue is stopped.</summary>
    private bool TryTake([NotNullWhen(true)] out HashingWork? work, out bool isUnknown)
    {
        lock (_lock)
        {
            while (!_isStopped)
            {
                // Known callers come first, but every fourth turn goes to unknown ones, who would otherwise starve while known callers keep the queue busy.
                var mayBeUnknown = _unknown.Count > 0 && _unknownRunning < ThreadsForUnknown;
                isUnknown = mayBeUnknown && (_known.Count == 0 || _takeCount % 4 == 3);
                if ((isUnknown ? _unknown : _known).TryDequeue(out work))
                {
                    _takeCount = (_takeCount + 1) % 4;
                    _unknownRunning += isUnknown ? 1 : 0;
                    return true;
                }

                Monitor.Wait(_lock);
            }
        }

        (work, isUnknown) = (null, false);
        return false;
    }
}
