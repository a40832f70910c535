using System.Threading.Channels;
using Cortex.IdentityServer.Foundation.Data.Freshness;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>Loads and rotates the signing keys: before the first request, every minute, and immediately when any change may have been missed.</summary>
internal sealed partial class SigningKeyRotation(
    SigningKeySet keys, SigningOptions options, Changes changes, TimeProvider clock, ILogger<SigningKeyRotation> logger) : BackgroundService
{
    /// <summary>The interval between rotations, within which every replica reads what another one wrote.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <remarks>The framework starts the web server after all other services, so no request arrives before a key exists.</remarks>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await keys.RotateAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.IsSymmetric)
        {
            return;
        }

        // One pending run is enough, however many triggers arrive.
        var triggers = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void Trigger() => triggers.Writer.TryWrite(true);
        using var timer = clock.CreateTimer(_ => Trigger(), null, Interval, Interval);
        changes.OnInvalidateAll(Trigger);
        await foreach (var _ in triggers.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await keys.RotateAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // An unhandled exception would stop the server. Keep the loaded keys and retry within a minute.
                Log.Failed(logger, failure);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2500, LogLevel.Warning, "Could not read the signing keys; those already loaded stay in use")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
