namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>One partition's current window in this process. Times are timestamps of the <see cref="TimeProvider"/>.</summary>
internal sealed class LocalWindow
{
    private readonly Lock _lock = new();
    private long _end = long.MinValue;
    private int _used;
    private int _permits;
    private bool _isRemoved;

    /// <summary>Takes a permit if one is left. Returns null if the window has just been removed; the caller then looks up its replacement.</summary>
    public TakeResult? Take(int permits, long length, long now)
    {
        lock (_lock)
        {
            if (_isRemoved)
            {
                return null;
            }

            if (now >= _end)
            {
                _end = now + length;
                _used = 0;
            }

            _permits = permits;
            var isAllowed = _used < permits;
            _used += isAllowed ? 1 : 0;
            return new(isAllowed, Math.Max(0, permits - _used), _end);
        }
    }

    /// <summary>Returns a permit to the window that ends at <paramref name="end"/>, if that is still the current one.</summary>
    public void ReturnPermit(long end, long now)
    {
        lock (_lock)
        {
            if (_end == end && now < end && _used > 0)
            {
                _used--;
            }
        }
    }

    /// <summary>Removes a window that has ended or that has used at most <paramref name="maxUsed"/> permits, but never an exhausted one.</summary>
    public bool TryRemove(int maxUsed, long now)
    {
        lock (_lock)
        {
            _isRemoved = _isRemoved || now >= _end || (_used <= maxUsed && _used < _permits);
            return _isRemoved;
        }
    }

    /// <summary>The result of <see cref="Take"/>.</summary>
    internal readonly record struct TakeResult(bool IsAllowed, int Remaining, long End);
}
