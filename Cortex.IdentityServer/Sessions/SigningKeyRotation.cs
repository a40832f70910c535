namespace Cortex.IdentityServer.Sessions;

/// <summary>Has the signing keys read, made and removed: before the first request, and each minute from then on.</summary>
internal sealed partial class SigningKeyRotation(SigningKeys keys, SigningOptions options, TimeProvider clock, ILogger<SigningKeyRotation> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <remarks>The framework starts the web server after all other services, so no request comes before there is a key.</remarks>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await keys.TurnAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.IsSymmetric)
        {
            return;
        }

        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await keys.TurnAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was, it would stop the server: the keys that are there go on, and the next minute tries again.
                Log.Failed(logger, failure);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not read the signing keys; the ones that are there go on")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
