using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Features.Usage.Sums;

/// <summary>Shows how far the sums of usage are behind the ledger.</summary>
internal sealed class FoldMetrics(UsageFold fold) : IObservedMetrics
{
    public void AddTo(Meter meter) => meter.CreateObservableGauge(
        "cortex.usage.fold.lag", () => fold.Lag.TotalSeconds, "s",
        "The time since the last moment up to which all usage had been added to the sums, as far as this replica knows; normally below 5 s.");
}
