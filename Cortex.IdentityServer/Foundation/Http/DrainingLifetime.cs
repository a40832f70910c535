namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Ends the server in order: not ready first, then no new connections once requests have stopped coming, then out.</summary>
/// <remarks>
/// A load balancer goes on sending until it sees that the server isn't ready. Until then requests are answered, each with
/// <c>Connection: close</c>, so that no client sends the next one into a connection that is being closed.
/// </remarks>
internal sealed partial class DrainingLifetime(
    HttpOptions options, Traffic traffic, IHostApplicationLifetime application, ILogger<DrainingLifetime> logger,
    CancellationToken stop) : IHostLifetime, IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

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
        for (var started = Environment.TickCount64; Environment.TickCount64 - started < options.DrainTime.TotalMilliseconds && !traffic.IsQuietFor(Quiet);)
        {
            await Task.Delay(Pause, CancellationToken.None);
        }

        application.StopApplication();
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "Shutting down: the server reports that it isn't ready and answers remaining requests for up to {Seconds} s")]
        public static partial void Draining(ILogger logger, double seconds);
    }
}
