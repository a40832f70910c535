using System.Diagnostics.CodeAnalysis;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>
/// The line in front of bcrypt: a few threads of its own hash, a bounded number of requests waits, and whoever finds it full is told
/// so at once. A flood of logins then leaves tokens and keys fast, and can't pile up.
/// </summary>
/// <remarks>
/// Callers at known addresses (who logged in from there before) are served first and have places beyond the others, so that a flood of
/// strangers doesn't keep them out. While the line is full, strangers hash on all threads but one: it waits for known callers, and its processor is
/// free for requests that need no hash.
/// </remarks>
internal sealed partial class HashingQueue(HashingOptions options, BcryptPasswordHasher hasher, TimeProvider clock, ILogger<HashingQueue> logger)
    : IHostedService, IDisposable
{
    /// <summary>Guards the two queues and what follows from them; threads wait on it.</summary>
    private readonly object _line = new();
    private readonly Queue<HashingWork> _known = [];
    private readonly Queue<HashingWork> _strangers = [];
    private readonly HashingLineLog _log = new(clock, logger);
    private Thread[] _threads = [];
    private int _taken;
    private int _takes;
    private int _strangersUnderWay;
    private long _lastHashTicks;
    private volatile bool _isFull;
    private bool _isStopped;

    /// <summary>How long the line would take, were it full of hashes.</summary>
    public TimeSpan RetryAfter
    {
        get
        {
            var line = TimeSpan.FromTicks(Volatile.Read(ref _taken) * Volatile.Read(ref _lastHashTicks) / ThreadsForStrangers);
            return line > TimeSpan.FromSeconds(1) ? line : TimeSpan.FromSeconds(1);
        }
    }

    private int ThreadsForStrangers => _isFull && options.Threads > 1 ? options.Threads - 1 : options.Threads;

    /// <summary>A place, or null at once when there is none.</summary>
    public HashingPlace? TryEnter(bool isKnown = false)
    {
        var places = options.Places + (isKnown ? options.Reserved : 0);
        for (var taken = Volatile.Read(ref _taken); taken < places;)
        {
            var before = Interlocked.CompareExchange(ref _taken, taken + 1, taken);
            if (before == taken)
            {
                return new(this, isKnown);
            }

            taken = before;
        }

        _isFull = true;
        _log.Full(options.Places);
        return null;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _threads = [.. Enumerable.Range(1, options.Threads).Select(number => HashingThread.Start($"hashing {number}", HashAll))];
        return Task.CompletedTask;
    }

    /// <summary>Requests under way are finished first; disposing ends the threads.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        lock (_line)
        {
            if (_isStopped)
            {
                return;
            }

            _isStopped = true;
            Monitor.PulseAll(_line);
            foreach (var work in _known.Concat(_strangers))
            {
                work.Drop();
            }
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    internal Task<T> RunAsync<T>(Func<BcryptPasswordHasher, T> compute, bool isKnown, CancellationToken cancellationToken)
    {
        var work = new HashingWork<T>(() => compute(hasher), cancellationToken);
        lock (_line)
        {
            if (_isStopped)
            {
                work.Drop();
            }
            else
            {
                (isKnown ? _known : _strangers).Enqueue(work);
                Monitor.Pulse(_line);
            }
        }

        return work.Answer;
    }

    internal void Leave()
    {
        var taken = Interlocked.Decrement(ref _taken);

        // Half empty: at the brim it would be full again with the next request.
        if (taken <= options.Places / 2)
        {
            _log.Free();
            if (_isFull)
            {
                lock (_line)
                {
                    _isFull = false;
                    Monitor.PulseAll(_line);
                }
            }
        }
    }

    private void HashAll()
    {
        while (TryTake(out var work, out var isStranger))
        {
            var started = clock.GetTimestamp();
            if (work.Do())
            {
                Volatile.Write(ref _lastHashTicks, clock.GetElapsedTime(started).Ticks);
            }

            if (isStranger)
            {
                lock (_line)
                {
                    _strangersUnderWay--;
                    Monitor.Pulse(_line);
                }
            }
        }
    }

    /// <summary>Waits for work; false when there will be none any more.</summary>
    private bool TryTake([NotNullWhen(true)] out HashingWork? work, out bool isStranger)
    {
        lock (_line)
        {
            while (!_isStopped)
            {
                // Known callers first, but each fourth time the others, who would else wait for ever while a few known ones keep the line busy.
                var mayBeStranger = _strangers.Count > 0 && _strangersUnderWay < ThreadsForStrangers;
                isStranger = mayBeStranger && (_known.Count == 0 || _takes % 4 == 3);
                if ((isStranger ? _strangers : _known).TryDequeue(out work))
                {
                    _takes = (_takes + 1) % 4;
                    _strangersUnderWay += isStranger ? 1 : 0;
                    return true;
                }

                Monitor.Wait(_line);
            }
        }

        (work, isStranger) = (null, false);
        return false;
    }
}
