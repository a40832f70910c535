namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Counts the requests under way and knows whether the server is about to stop.</summary>
internal sealed class Traffic
{
    private int _active;
    private long _lastAt;
    private volatile bool _isDraining;

    /// <summary>Load balancers are told to send nothing more, and clients that their connection ends with the answer.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>No request under way, and none came or ended for this long.</summary>
    public bool IsQuietFor(TimeSpan time) =>
        Volatile.Read(ref _active) == 0 && Environment.TickCount64 - Volatile.Read(ref _lastAt) >= time.TotalMilliseconds;

    /// <summary>Quiet is measured from here on.</summary>
    public void Drain()
    {
        Volatile.Write(ref _lastAt, Environment.TickCount64);
        _isDraining = true;
    }

    public async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        Interlocked.Increment(ref _active);
        try
        {
            if (_isDraining)
            {
                // At the last moment, as a failure clears the headers.
                context.Response.OnStarting(() =>
                {
                    context.Response.Headers.Connection = "close";
                    return Task.CompletedTask;
                });
            }

            await next(context);
        }
        finally
        {
            Volatile.Write(ref _lastAt, Environment.TickCount64);
            Interlocked.Decrement(ref _active);
        }
    }
}
