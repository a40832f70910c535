using Microsoft.AspNetCore.Connections.Features;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Counts active requests and records whether the server is shutting down.</summary>
internal sealed class Traffic
{
    private int _active;
    private long _lastAt;
    private volatile bool _isDraining;

    /// <summary>Whether the server reports that it isn't ready and closes each connection after its response.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Whether no request is active and none has begun or ended for this long.</summary>
    public bool HasBeenQuietFor(TimeSpan time) =>
        Volatile.Read(ref _active) == 0 && Environment.TickCount64 - Volatile.Read(ref _lastAt) >= time.TotalMilliseconds;

    /// <summary>Begins the shutdown, and with it the measurement of quiet time.</summary>
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
                // Set the header as late as possible, because the exception handler clears headers.
                context.Response.OnStarting(() =>
                {
                    CloseConnection(context);
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

    /// <summary>Asks the client to send its next request elsewhere. HTTP/2 has a frame (GOAWAY) instead of the header.</summary>
    private static void CloseConnection(HttpContext context)
    {
        if (HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
        else
        {
            context.Response.Headers.Connection = "close";
        }
    }
}
