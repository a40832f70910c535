namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Shuts the server down gracefully: it reports that it isn't ready, waits until requests stop arriving, and then stops listening.</summary>
/// <remarks>
/// A load balancer keeps sending requests until it sees that the server isn't ready. The server answers them with <c>Connection: close</c>, so that no
/// client sends its next request on a connection that is about to close.
/// </remarks>
internal sealed partial class DrainingLifetime(
    HttpOptions options, Traffic traffic, IHostApplicationLifetime application, ILogger<DrainingLifetime> logger,
    CancellationToken stop) : IHostLifetime, IDisposable
{
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private CancellationTokenRegistration _stopping;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _stopping = stop.UnsafeRegister(_ => _ = DrainAsync(), null);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private async Task DrainAsync()
    {
        traffic.Drain();
        Log.Draining(logger, options.DrainTime.TotalSeconds);
        var started = Environment.TickCount64;
        while (Environment.TickCount64 - started < options.DrainTime.TotalMilliseconds && !traffic.HasBeenQuietFor(QuietTime))
        {
            await Task.Delay(PollInterval, CancellationToken.None);
        }

        application.StopApplication();
    }

    private static partial class Log
    {
        [LoggerMessage(
            1500, LogLevel.Information, "Shutting down: the server reports that it isn't ready and answers remaining requests for up to {Seconds} s")]
        public static partial void Draining(ILogger logger, double seconds);
    }
}
