using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>Shows how full the hashing queue is.</summary>
internal sealed class HashingQueueMetrics(HashingQueue queue, HashingOptions options, HashingMetrics events) : IObservedMetrics
{
    public void AddTo(Meter meter)
    {
        events.ShowZero();
        meter.CreateObservableGauge("cortex.hashing.queue.length", () => queue.Length, "{request}", "Requests that hash a password or wait for it.");
        meter.CreateObservableGauge(
            "cortex.hashing.queue.limit", () => options.Places, "{request}", "The length at which the hashing queue is full (HASHING_QUEUE).");
    }
}
