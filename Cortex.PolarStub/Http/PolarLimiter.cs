namespace Cortex.Polar.Http;

/// <summary>The organization's rate limit: a number of requests in each minute that begins with a request.</summary>
internal sealed class PolarLimiter(PolarStubOptions options)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _started = DateTimeOffset.MinValue;
    private int _count;

    /// <summary>Counts a request.</summary>
    /// <returns>How long the client must wait; null if the request is within the limit.</returns>
    public TimeSpan? Take()
    {
        lock (_lock)
        {
            var now = options.Clock.GetUtcNow();
            if (now - _started >= Window)
            {
                (_started, _count) = (now, 0);
            }

            return ++_count <= options.RequestsPerMinute ? null : _started + Window - now;
        }
    }
}
