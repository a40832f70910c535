using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Shows the usage that waits to be written, and what became of it.</summary>
internal sealed class UsageMetrics(UsageQueue queue, UsageBatches batches) : IObservedMetrics
{
    private const string Unit = "{event}";

    public void AddTo(Meter meter)
    {
        meter.CreateObservableGauge("cortex.usage.queue.length", () => queue.Count, Unit, "Usage events that wait to be written, reported or metered.");
        meter.CreateObservableCounter("cortex.usage.events.written", () => batches.Written, Unit, "Usage events that this replica has added to the ledger.");
        meter.CreateObservableCounter(
            "cortex.usage.events.dropped", () => queue.Dropped, Unit, "Metered requests that could not be recorded, and are missing in the ledger.");
    }
}
