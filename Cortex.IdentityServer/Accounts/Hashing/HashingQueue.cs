using System.Collections.Concurrent;

namespace Cortex.IdentityServer.Accounts.Hashing;

/// <summary>
/// The line in front of bcrypt: a few threads of its own hash, a bounded number of requests waits, and whoever finds it full is told
/// so at once. A flood of logins then leaves tokens and keys fast, and can't pile up.
/// </summary>
/// <remarks>
/// Callers at known addresses (who logged in from there before) are served first and have places beyond the others, so that a flood of
/// strangers doesn't keep them out.
/// </remarks>
internal sealed partial class HashingQueue(HashingOptions options, BcryptPasswordHasher hasher, TimeProvider clock, ILogger<HashingQueue> logger)
    : IHostedService, IDisposable
{
    private readonly ConcurrentQueue<HashingWork> _known = [];
    private readonly ConcurrentQueue<HashingWork> _strangers = [];
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly HashingLineLog _log = new(clock, logger);
    private Thread[] _threads = [];
    private int _taken;
    private int _takes;
    private long _lastHashTicks;
    private bool _isDisposed;

    /// <summary>How long the line would take, were it full of hashes.</summary>
    public TimeSpan RetryAfter
    {
        get
        {
            var line = TimeSpan.FromTicks(Volatile.Read(ref _taken) * Volatile.Read(ref _lastHashTicks) / options.Threads);
            return line > TimeSpan.FromSeconds(1) ? line : TimeSpan.FromSeconds(1);
        }
    }

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
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _stop.Cancel();
        while (TryTake(out var work))
        {
            work.Drop();
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _stop.Dispose();
        _waiting.Dispose();
    }

    internal Task<T> RunAsync<T>(Func<BcryptPasswordHasher, T> compute, bool isKnown, CancellationToken cancellationToken)
    {
        var work = new HashingWork<T>(() => compute(hasher), cancellationToken);
        (isKnown ? _known : _strangers).Enqueue(work);
        _waiting.Release();
        return work.Answer;
    }

    internal void Leave()
    {
        var taken = Interlocked.Decrement(ref _taken);

        // Half empty: at the brim it would be full again with the next request.
        if (taken <= options.Places / 2)
        {
            _log.Free();
        }
    }

    private void HashAll()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _waiting.Wait(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var started = clock.GetTimestamp();
            if (TryTake(out var work) && work.Do())
            {
                Volatile.Write(ref _lastHashTicks, clock.GetElapsedTime(started).Ticks);
            }
        }
    }

    /// <summary>Known callers first, but each fourth time the others, who would else wait for ever while a few known ones keep the line busy.</summary>
    private bool TryTake(out HashingWork work)
    {
        var (first, second) = (Interlocked.Increment(ref _takes) & 3) == 0 ? (_strangers, _known) : (_known, _strangers);
        return first.TryDequeue(out work!) || second.TryDequeue(out work!);
    }
}
