using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>Measures how long passwords wait and how long hashing them takes, and counts the requests that find the queue full.</summary>
internal sealed class HashingMetrics
{
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private readonly Counter<long> _rejections;
    private readonly Histogram<double> _waits;
    private readonly Histogram<double> _durations;

    public HashingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Product.TelemetryName);
        _rejections = meter.CreateCounter<long>("cortex.hashing.rejections", "{request}", "Requests that were refused because the hashing queue was full.");
        _waits = meter.CreateHistogram("cortex.hashing.wait", "s", "The time that passwords wait in the hashing queue.", tags: null, Seconds);
        _durations = meter.CreateHistogram("cortex.hashing.duration", "s", "The time that hashing or verifying a password takes.", tags: null, Seconds);
    }

    /// <summary>Shows the count from the start, so that <c>rate()</c> sees the first rejection.</summary>
    public void ShowZero() => _rejections.Add(0);

    public void CountRejection() => _rejections.Add(1);

    public void Record(TimeSpan wait, TimeSpan duration)
    {
        _waits.Record(wait.TotalSeconds);
        _durations.Record(duration.TotalSeconds);
    }
}
