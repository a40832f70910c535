using System.Threading.Channels;
using Cortex.IdentityServer.Foundation.Data.Freshness;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>
/// Has the signing keys read, made and removed: before the first request, each minute from then on, and at once where anything may have changed.
/// </summary>
internal sealed partial class SigningKeyRotation(
    SigningKeySet keys, SigningOptions options, Changes changes, TimeProvider clock, ILogger<SigningKeyRotation> logger) : BackgroundService
{
    /// <summary>Within it every replica has read what another one wrote.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <remarks>The framework starts the web server after all other services, so no request comes before there is a key.</remarks>
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

        // Of several reasons to look that come at a time, one is enough.
        var due = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void Note() => due.Writer.TryWrite(true);
        using var timer = clock.CreateTimer(_ => Note(), null, Pause, Pause);
        changes.OnEverythingChanged(Note);
        await foreach (var _ in due.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await keys.RotateAsync(stoppingToken);
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
        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not read the signing keys; those already loaded stay in use")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
