using System.Collections.Concurrent;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>The windows of this process, exact under concurrency and bounded in number.</summary>
/// <remarks>
/// When the table is full, windows that are over go first, then those that used least, and never one that is used up: who has many
/// addresses can't wash a refusal away. Where all of them are used up, newcomers share one count for each limit until some are over.
/// </remarks>
internal sealed class LocalWindows(TimeProvider clock, int capacity = LocalWindows.DefaultCapacity)
{
    /// <summary>About 20 MB.</summary>
    private const int DefaultCapacity = 100_000;

    private const string Newcomers = "newcomers";

    /// <summary>How much room a search through the table makes at least, so that it isn't made for each newcomer.</summary>
    private readonly int _roomy = capacity - Math.Max(1, capacity / 10);

    private readonly ConcurrentDictionary<Key, LocalWindow> _windows = new();
    private readonly Lock _makingRoom = new();
    private int _count;
    private long _nextSearch = long.MinValue;

    /// <summary>How many there are, for the test of the bound.</summary>
    public int Count => Volatile.Read(ref _count);

    public RateDecision Take(RateLimit limit, int permits, string partition)
    {
        var length = Length(limit.Window);
        while (true)
        {
            var now = clock.GetTimestamp();
            if (Find(new(limit.Name, partition)).Take(permits, length, now) is { } taken)
            {
                return new(taken.IsAllowed, permits, taken.Remaining, clock.GetElapsedTime(now, taken.End)) { OwnEnd = taken.IsAllowed ? taken.End : null };
            }
        }
    }

    public void GiveBack(RateLimit limit, string partition, long end)
    {
        if (_windows.TryGetValue(new(limit.Name, partition), out var window) || _windows.TryGetValue(new(limit.Name, Newcomers), out window))
        {
            window.GiveBack(end, clock.GetTimestamp());
        }
    }

    private LocalWindow Find(Key key)
    {
        if (_windows.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Count >= capacity && !MakeRoom())
        {
            key = key with { Partition = Newcomers };
        }

        var added = new LocalWindow();
        var window = _windows.GetOrAdd(key, added);
        if (ReferenceEquals(window, added))
        {
            Interlocked.Increment(ref _count);
        }

        return window;
    }

    private bool MakeRoom()
    {
        lock (_makingRoom)
        {
            var now = clock.GetTimestamp();
            if (Count >= capacity && now >= _nextSearch)
            {
                Remove(most: 0, now);
                for (var most = 1; Count > _roomy && most < RateLimitNumbers.Most; most = (int)Math.Min(RateLimitNumbers.Most, most * 8L))
                {
                    Remove(most, now);
                }

                // A table of windows that are all used up isn't searched again for each newcomer.
                _nextSearch = Count >= capacity ? now + clock.TimestampFrequency : long.MinValue;
            }

            return Count < capacity;
        }
    }

    private void Remove(int most, long now)
    {
        foreach (var (key, window) in _windows)
        {
            if (most > 0 && Count <= _roomy)
            {
                return;
            }

            if (window.TryRemove(most, now) && _windows.TryRemove(KeyValuePair.Create(key, window)))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }

    private long Length(TimeSpan window) => (long)(window.TotalSeconds * clock.TimestampFrequency);

    private readonly record struct Key(string Limit, string Partition);
}
