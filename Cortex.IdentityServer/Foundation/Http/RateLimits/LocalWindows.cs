using System.Collections.Concurrent;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>The rate limit windows of this process, which are exact under concurrency and bounded in number.</summary>
/// <remarks>
/// A full table evicts ended windows first, then those with the fewest used permits, but never an exhausted one, so that a client with many addresses
/// can't evict its own refusal. If all windows are exhausted, new partitions share one count per limit until some windows end.
/// </remarks>
internal sealed class LocalWindows(TimeProvider clock, int capacity = LocalWindows.DefaultCapacity)
{
    /// <summary>The default maximum number of windows, which take about 20 MB.</summary>
    private const int DefaultCapacity = 100_000;

    private const string Overflow = "newcomers";

    /// <summary>The number of windows down to which an eviction shrinks the table, so that it doesn't run for each new partition.</summary>
    private readonly int _evictionTarget = capacity - Math.Max(1, capacity / 10);

    private readonly ConcurrentDictionary<Key, LocalWindow> _windows = new();
    private readonly Lock _evictionLock = new();
    private int _count;
    private long _nextSearch = long.MinValue;

    /// <summary>The number of windows.</summary>
    public int Count => Volatile.Read(ref _count);

    public RateDecision Take(RateLimit limit, int permits, string partition)
    {
        var length = Length(limit.Window);
        while (true)
        {
            var now = clock.GetTimestamp();
            if (GetOrAdd(new(limit.Name, partition)).Take(permits, length, now) is { } taken)
            {
                return new(taken.IsAllowed, permits, taken.Remaining, clock.GetElapsedTime(now, taken.End)) { LocalEnd = taken.IsAllowed ? taken.End : null };
            }
        }
    }

    public void ReturnPermit(RateLimit limit, string partition, long end)
    {
        if (_windows.TryGetValue(new(limit.Name, partition), out var window) || _windows.TryGetValue(new(limit.Name, Overflow), out window))
        {
            window.ReturnPermit(end, clock.GetTimestamp());
        }
    }

    private LocalWindow GetOrAdd(Key key)
    {
        if (_windows.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Count >= capacity && !TryEvict())
        {
            key = key with { Partition = Overflow };
        }

        var added = new LocalWindow();
        var window = _windows.GetOrAdd(key, added);
        if (ReferenceEquals(window, added))
        {
            Interlocked.Increment(ref _count);
        }

        return window;
    }

    private bool TryEvict()
    {
        lock (_evictionLock)
        {
            var now = clock.GetTimestamp();
            if (Count >= capacity && now >= _nextSearch)
            {
                Remove(maxUsed: 0, now);
                for (var maxUsed = 1L; Count > _evictionTarget && maxUsed < RateLimitSettings.MaxPermits; maxUsed *= 8)
                {
                    Remove((int)maxUsed, now);
                }

                // Wait a second before the next attempt, if all windows are exhausted.
                _nextSearch = Count >= capacity ? now + clock.TimestampFrequency : long.MinValue;
            }

            return Count < capacity;
        }
    }

    private void Remove(int maxUsed, long now)
    {
        foreach (var (key, window) in _windows)
        {
            if (maxUsed > 0 && Count <= _evictionTarget)
            {
                return;
            }

            if (window.TryRemove(maxUsed, now) && _windows.TryRemove(KeyValuePair.Create(key, window)))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }

    private long Length(TimeSpan window) => (long)(window.TotalSeconds * clock.TimestampFrequency);

    private readonly record struct Key(string Limit, string Partition);
}
