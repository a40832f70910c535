using System.Threading.RateLimiting;
using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>
/// Keeps all requests to Polar within the rate limit that Polar has for the organization, and reserves a part of it for people. With Redis, the replicas
/// share one count; without it, each replica has its own.
/// </summary>
internal sealed class PolarLimiter(BillingOptions options, RateCounter counter, TimeProvider clock)
{
    private const string SandboxHost = "sandbox-api.polar.sh";
    private const int SandboxPermits = 100;
    private const int Permits = 500;

    /// <summary>The percentage of the permits that background work may use.</summary>
    private const int BackgroundShare = 60;

    /// <summary>The longest time for which background work pauses because Polar says so.</summary>
    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(10);

    /// <summary>How long background work pauses if Polar doesn't say.</summary>
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(10);

    private readonly RateLimit _all = new("polar", PermitsOf(options), TimeSpan.FromMinutes(1));
    private readonly RateLimit _background = new("polar_background", PermitsOf(options) * BackgroundShare / 100, TimeSpan.FromMinutes(1));
    private long _pausedUntil = long.MinValue;

    /// <summary>Returns a permit to send one request. It never waits; a lease that isn't acquired says after what time to try again.</summary>
    public async ValueTask<RateLimitLease> AcquireAsync(PolarPriority priority)
    {
        if (priority == PolarPriority.People)
        {
            return Lease.Of(await counter.TakeAsync(_all, ""));
        }

        var now = clock.GetTimestamp();
        if (Volatile.Read(ref _pausedUntil) is var end && end > now)
        {
            return new Lease(clock.GetElapsedTime(now, end));
        }

        var share = await counter.TakeAsync(_background, "");
        if (!share.Allowed)
        {
            return Lease.Of(share);
        }

        var whole = await counter.TakeAsync(_all, "");
        if (!whole.Allowed)
        {
            await counter.ReturnPermitAsync(_background, "", share);
        }

        return Lease.Of(whole);
    }

    /// <summary>Lets background work pause after Polar has answered 429.</summary>
    public void Pause(TimeSpan? time)
    {
        var pause = time is { } asked && asked > TimeSpan.Zero ? asked : DefaultPause;
        pause = pause < MaxPause ? pause : MaxPause;
        var end = clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency);
        for (var known = Volatile.Read(ref _pausedUntil); known < end;)
        {
            var seen = Interlocked.CompareExchange(ref _pausedUntil, end, known);
            if (seen == known)
            {
                return;
            }

            known = seen;
        }
    }

    private static int PermitsOf(BillingOptions options) => options.PolarApiUrl.Host == SandboxHost ? SandboxPermits : Permits;

    /// <param name="wait">The time until there is a permit; null if this is one.</param>
    private sealed class Lease(TimeSpan? wait) : RateLimitLease
    {
        public override bool IsAcquired => wait is null;

        public override IEnumerable<string> MetadataNames => wait is null ? [] : [MetadataName.RetryAfter.Name];

        public static Lease Of(RateDecision decision) => new(decision.Allowed ? null : decision.Reset);

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = metadataName == MetadataName.RetryAfter.Name ? wait : null;
            return metadata is not null;
        }
    }
}
